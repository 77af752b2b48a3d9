"""Failed logins, what they lock and for whom, against the control table."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.auth import app as auth
from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.errors import TooManyRequestsError
from marketdata.identity import passwords
from marketdata.identity.limits import NAME_LIMIT, NETWORK_LIMIT, FailureCounter
from marketdata.identity.lockout import KNOWN_SECONDS, RENEWAL_SECONDS, Lockout
from marketdata.identity.roles import Role
from marketdata.identity.users import User, Users
from tests.support.cloud import Cloud
from tests.support.events import ADDRESS, ADMIN, proxy_event, read

WRONG = {
    "code": 401,
    "message": "the user name or the password is wrong",
    "data": None,
    "key": "wrong_login",
    "params": {},
}
LOCKED = {
    "code": 429,
    "message": "too many failed logins: wait",
    "data": None,
    "key": "login_locked",
}
ELSEWHERE = "198.51.100.7"
FIVE = NETWORK_LIMIT.failures
QUARTER = NETWORK_LIMIT.seconds
HOUR = NAME_LIMIT.seconds


class Clock:
    """The time of day, which stands still until a test moves it."""

    now = 1_800_000_000

    def __call__(self) -> float:
        return float(self.now)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "time", made)
    return made


@pytest.fixture
def li(cloud: Cloud) -> User:
    return Users(cloud.control).create("li", passwords.hash_password("right"), Role.USER)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Compare passwords without hashing, as the hash would; note the hashes."""
    hashes: list[str] = []

    def matches(hashed: str, password: str) -> bool:
        hashes.append(hashed)
        return password == "right" and hashed != passwords.NOBODYS

    monkeypatch.setattr(passwords, "matches", matches)
    return hashes


def post(username: str, password: str, address: str = ADDRESS) -> dict[str, Any]:
    body = {"username": username, "password": password}
    return auth.handler(proxy_event("POST", "/auth/login", body=body, address=address), None)


def log_in(username: str, password: str, address: str = ADDRESS) -> int:
    status: int = post(username, password, address)["statusCode"]
    return status


def addresses() -> Iterator[str]:
    """Give addresses that nobody has logged in from."""
    return (f"203.0.{block}.{last}" for block in range(256) for last in range(256))


def lock_everywhere(cloud: Cloud, username: str) -> None:
    """Fail until there is a lock, each time from another address."""
    lockout = Lockout(cloud.control)
    with suppress(TooManyRequestsError):
        for address in addresses():
            lockout.count(lockout.history(username, address), int(time.time()))


def item(cloud: Cloud, username: str, sk: str) -> Item | None:
    return cloud.control.get(f"login#{username}", sk)


def wait_of(response: dict[str, Any]) -> int:
    seconds = int(response["headers"]["Retry-After"])
    assert read(response) == LOCKED | {"params": {"seconds": seconds}}
    return int(response["headers"]["Retry-After"])


@pytest.mark.parametrize("username", ["li", "nobody"])
def test_five_failures_lock_a_name_for_their_network(
    clock: Clock, li: User, quick: list[str], username: str
) -> None:
    for _ in range(FIVE):
        assert read(post(username, "wrong")) == WRONG
    assert wait_of(post(username, "right")) == QUARTER
    clock.now += QUARTER - 1
    assert wait_of(post(username, "right")) == 1
    clock.now += 1
    assert log_in("li", "right") == 200


def test_nobody_is_locked_out_by_somebody_elsewhere(
    clock: Clock, li: User, quick: list[str]
) -> None:
    for _ in range(2 * FIVE):
        log_in("li", "wrong", ELSEWHERE)
    assert log_in("li", "right", ELSEWHERE) == 429
    assert log_in("li", "right") == 200
    assert log_in("li", "right", ELSEWHERE) == 429


def test_addresses_of_one_64_fail_together(clock: Clock, li: User, quick: list[str]) -> None:
    for last in range(FIVE):
        assert log_in("li", "wrong", f"2001:db8:0:1::{last}") == 401
    assert log_in("li", "right", "2001:db8:0:1:ffff::1") == 429
    assert log_in("li", "right", "2001:db8:0:2::1") == 200


@pytest.mark.parametrize("identity", [None, {}, {"sourceIp": None}, {"sourceIp": ""}])
def test_callers_without_an_address_fail_together(
    clock: Clock, li: User, quick: list[str], identity: dict[str, Any] | None
) -> None:
    def try_with(password: str) -> int:
        body = {"username": "li", "password": password}
        event = proxy_event("POST", "/auth/login", body=body)
        event["requestContext"]["identity"] = identity
        status: int = auth.handler(event, None)["statusCode"]
        return status

    assert [try_with("wrong") for _ in range(FIVE)] == [401] * FIVE
    assert try_with("right") == 429
    assert log_in("li", "right") == 200


def test_no_header_changes_where_a_call_comes_from(
    clock: Clock, li: User, quick: list[str]
) -> None:
    body = {"username": "li", "password": "wrong"}
    for last in range(FIVE):
        claimed = {"X-Forwarded-For": f"192.0.2.{last}", "Forwarded": f"for=192.0.2.{last}"}
        event = proxy_event("POST", "/auth/login", body=body, headers=claimed)
        assert auth.handler(event, None)["statusCode"] == 401
    assert log_in("li", "right") == 429


def test_a_login_forgets_the_failures_from_its_network(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    for _ in range(3):
        for _ in range(FIVE - 1):
            log_in("li", "wrong")
            log_in("li", "wrong", ELSEWHERE)
        assert log_in("li", "right") == 200
        clock.now += QUARTER
    everywhere = item(cloud, "li", "all")
    assert everywhere is not None
    assert everywhere["failures"] == 3 * 2 * (FIVE - 1)


@pytest.mark.parametrize("username", ["li", "nobody"])
def test_a_hundred_failures_lock_a_name_for_unknown_networks(
    cloud: Cloud, clock: Clock, li: User, quick: list[str], username: str
) -> None:
    for address in islice(addresses(), NAME_LIMIT.failures):
        assert read(post(username, "wrong", address)) == WRONG
    assert wait_of(post(username, "right")) == HOUR
    clock.now += HOUR - 1
    assert wait_of(post(username, "right", ELSEWHERE)) == 1
    clock.now += 1
    assert log_in("li", "right") == 200


def test_the_right_password_from_a_known_network_is_never_locked_out_by_others(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    assert log_in("li", "right") == 200
    lock_everywhere(cloud, "li")
    assert log_in("li", "right") == 200
    assert log_in("li", "right", ELSEWHERE) == 429
    clock.now += KNOWN_SECONDS - 1
    lock_everywhere(cloud, "li")
    assert log_in("li", "right") == 200


def test_a_network_is_unknown_again_after_its_time(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    assert log_in("li", "right") == 200
    clock.now += KNOWN_SECONDS
    lock_everywhere(cloud, "li")
    # DynamoDB has not removed it yet.
    assert item(cloud, "li", f"known#{ADDRESS}")
    assert log_in("li", "right") == 429


def test_a_network_is_known_for_whoever_logged_in_from_it(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    Users(cloud.control).create("wang", passwords.hash_password("right"), Role.USER)
    assert log_in("wang", "right") == 200
    lock_everywhere(cloud, "li")
    assert log_in("li", "right") == 429


def test_a_known_network_is_written_once_a_day(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    log_in("li", "right")
    first = clock.now
    for passed, renewed in ((RENEWAL_SECONDS, False), (RENEWAL_SECONDS + 1, True)):
        clock.now = first + passed
        log_in("li", "right")
        known = item(cloud, "li", f"known#{ADDRESS}")
        assert known is not None
        assert known["expires"] == (clock.now if renewed else first) + KNOWN_SECONDS


def test_a_locked_name_answers_alike_in_known_and_unknown_networks(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    log_in("li", "right")
    lock_everywhere(cloud, "li")
    lock_everywhere(cloud, "nobody")
    wrong = [post("li", "wrong"), post("li", "wrong", ELSEWHERE), post("nobody", "wrong")]
    refused = post("li", "right", "198.51.100.8")
    assert [each["headers"] for each in wrong] == [refused["headers"]] * 3
    assert [read(each) | {"params": {}} for each in wrong] == [LOCKED | {"params": {}}] * 3


def test_a_refused_password_is_not_looked_at_and_takes_as_long(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    lock_everywhere(cloud, "li")
    answers = [post("li", password)["headers"]["Retry-After"] for password in ("right", "wrong")]
    assert answers == [str(HOUR)] * 2
    assert quick == [passwords.NOBODYS] * 2
    here = item(cloud, "li", f"from#{ADDRESS}")
    assert here is not None
    assert here["failures"] == 2


def test_a_refused_first_admin_is_not_created(cloud: Cloud, clock: Clock) -> None:
    name, password = cloud.admin["username"], cloud.admin["password"]
    lock_everywhere(cloud, name)
    assert log_in(name, password) == 429
    assert Users(cloud.control).find(name) is None
    clock.now += HOUR
    assert log_in(name, password) == 200


@pytest.mark.usefixtures("li")
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize(
    ("networks", "wait"),
    [([ADDRESS] * FIVE, QUARTER), (list(islice(addresses(), NAME_LIMIT.failures)), HOUR)],
)
def test_a_guess_among_many_at_once_is_refused_be_it_right_or_wrong(
    clock: Clock,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    networks: list[str],
    wait: int,
    *,
    right: bool,
) -> None:
    lockout = Lockout(cloud.control)

    def slow(_hashed: str, _password: str) -> bool:
        for network in networks:
            lockout.count(lockout.history("li", network), clock.now)
        return right

    monkeypatch.setattr(passwords, "matches", slow)
    assert wait_of(post("li", "guess")) == wait


@pytest.mark.usefixtures("atomic")
def test_failures_at_once_are_all_counted_until_they_lock(cloud: Cloud, clock: Clock) -> None:
    lockout = Lockout(cloud.control)
    history = lockout.history("li", ADDRESS)

    def fail(_: int) -> bool:
        try:
            lockout.count(history, clock.now)
        except TooManyRequestsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(fail, range(8))) == FIVE
    times = {"since": clock.now}
    here, everywhere = item(cloud, "li", f"from#{ADDRESS}"), item(cloud, "li", "all")
    assert here is not None
    assert everywhere is not None
    assert times.items() | {("failures", FIVE), ("expires", clock.now + QUARTER)} <= here.items()
    assert times.items() | {("failures", 8), ("expires", clock.now + HOUR)} <= everywhere.items()


@pytest.mark.parametrize(
    "begin", [lambda _: None, lambda lockout: lockout.count(lockout.history("li", ADDRESS), 0)]
)
def test_a_window_that_another_failure_opens_is_joined(
    cloud: Cloud,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    begin: Callable[[Lockout], None],
) -> None:
    lockout = Lockout(cloud.control)
    begin(lockout)
    write = Table.write

    def overtaken(table: Table, attempt: Write) -> Item:
        monkeypatch.setattr(Table, "write", write)
        lockout.count(lockout.history("li", ADDRESS), clock.now)
        return write(table, attempt)

    monkeypatch.setattr(Table, "write", overtaken)
    lockout.count(lockout.history("li", ADDRESS), clock.now)
    assert lockout.history("li", ADDRESS).here.failures == 2


def test_a_failure_during_a_login_opens_a_new_window(cloud: Cloud, clock: Clock) -> None:
    lockout = Lockout(cloud.control)
    lockout.count(lockout.history("li", ADDRESS), clock.now)
    before = lockout.history("li", ADDRESS)
    lockout.accept(before, clock.now)
    lockout.count(before, clock.now)
    assert lockout.history("li", ADDRESS).here.failures == 1


@given(
    steps=st.lists(
        st.tuples(st.sampled_from([0, 1, 300, 450, 899, 900]), st.sampled_from("abc")), max_size=25
    ),
    unlock=st.integers(0, 25),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_table_counts_as_the_counters_say(
    cloud: Cloud, steps: list[tuple[int, str]], unlock: int
) -> None:
    username = f"user-{len(list(cloud.control.query('names')))}"
    cloud.control.write(Write("names", username, put={}))
    lockout, now, unlocked_at = Lockout(cloud.control), 1000, 0
    counters = {network: FailureCounter(NETWORK_LIMIT) for network in "abc"}
    for at, (passed, network) in enumerate(steps):
        now += passed
        if at == unlock:
            lockout.unlock(username, now)
            unlocked_at = now
        counter = counters[network]
        counter = FailureCounter(
            NETWORK_LIMIT, counter.failures, counter.since, counter.expires, unlocked_at
        )
        counters[network] = counter if counter.wait(now) else counter.after_failure(now)
        history = lockout.history(username, network)
        assert history.here.wait(now) == counter.wait(now)
        if not history.here.wait(now):
            lockout.count(history, now)
        assert lockout.history(username, network).here == counters[network]


def test_a_new_password_ends_all_locks_of_a_name_at_once(
    cloud: Cloud, clock: Clock, li: User, quick: list[str]
) -> None:
    Users(cloud.control).change(li.id, {"role": "admin"})
    for address in (ADDRESS, ELSEWHERE, "2001:db8::1"):
        for _ in range(FIVE):
            log_in("li", "wrong", address)
            log_in("wang", "wrong", address)
    lock_everywhere(cloud, "li")
    event = proxy_event(
        "PATCH",
        "/auth/users/{user_id}",
        body={"password": "a-new-password"},
        path={"user_id": str(li.id)},
        user=ADMIN | {"user_id": str(li.id)},
    )
    assert auth.handler(event, None)["statusCode"] == 200
    for address in (ADDRESS, ELSEWHERE, "2001:db8::1", "203.0.0.0", "198.51.100.9"):
        assert log_in("li", "right", address) == 200
    assert log_in("wang", "right") == 429
    for _ in range(FIVE):
        assert log_in("li", "wrong", "203.0.0.1") == 401
    assert log_in("li", "right", "203.0.0.1") == 429
