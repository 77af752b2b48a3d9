"""Logging in, renewing, repeating, following."""

import gc
import time
import weakref

import anyio
import httpx
import pytest
from amazingdata_client import (
    AsyncClient,
    BadAnswerError,
    Client,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NoAnswerError,
    NotFoundError,
    NotLoggedInError,
    Retry,
    ServerError,
    Token,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UpstreamError,
)
from amazingdata_client.errors import FieldError

from tests.clients.conftest import Calls, Connect
from tests.clients.samples import USER
from tests.clients.scripted import (
    PASSWORD,
    URL,
    USERNAME,
    Script,
    ScriptedService,
    failure,
    success,
)

LINK = "https://bucket.example/answers/1.json?X-Amz-Signature=5d2f"


def test_the_first_call_logs_in_and_the_next_does_not(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("GET /auth/me", success(USER))
    assert client.me().username == "wang"
    assert client.me().role == "user"
    assert scripted.logins == 1
    assert {request.headers["Authorization"] for request in scripted.seen} == {"Bearer token-1"}


def test_an_answer_that_was_read_is_gone_at_once(
    connect: Connect, scripted: ScriptedService
) -> None:
    answers: list[weakref.ref[httpx.Response]] = []

    def answer(_: httpx.Request) -> httpx.Response:
        made = success(USER)
        answers.append(weakref.ref(made))
        return made

    scripted.on("GET /auth/me", answer)
    client = connect()
    gc.disable()
    try:
        client.me()
        assert [each() for each in answers] == [None]
    finally:
        gc.enable()


def test_a_wrong_password_is_unauthorized(connect: Connect) -> None:
    with pytest.raises(UnauthorizedError) as wrong:
        connect(password="guessed").login()
    assert wrong.value.status == 401
    assert not wrong.value.retryable


def test_a_token_is_renewed_before_it_ends(connect: Connect, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", success(USER))
    now = time.time()
    ending = Token("token-0", expires_at=now + 30, renew_at=now - 30)
    client = connect(token=ending)
    client.me()
    assert scripted.logins == 1
    assert scripted.seen[0].headers["Authorization"] == "Bearer token-1"


def test_a_refused_token_is_replaced_once(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", success(USER))
    client.me()
    scripted.revoke()
    assert client.me().id == 3
    assert scripted.logins == 2
    scripted.on("GET /auth/users", failure(401, "still not"))
    with pytest.raises(UnauthorizedError, match="still not"):
        client.users()
    assert scripted.logins == 3


def test_a_token_alone_will_do_until_it_is_refused(
    connect: Connect, scripted: ScriptedService
) -> None:
    scripted.on("GET /auth/me", success(USER))
    scripted.valid.add("given")
    client = connect(None, None, token=Token("given", 0.0, 0.0))
    assert client.me().username == "wang"
    scripted.revoke()
    with pytest.raises(UnauthorizedError):
        client.me()
    assert scripted.logins == 0


def test_without_anything_nobody_is_asked(connect: Connect, scripted: ScriptedService) -> None:
    with pytest.raises(NotLoggedInError):
        connect(None, None).me()
    assert not scripted.seen


@pytest.mark.parametrize("status", [429, 503, 504])
def test_what_may_pass_is_asked_again(
    client: Calls, scripted: ScriptedService, status: int
) -> None:
    scripted.on("GET /auth/me", failure(status, retry_after=0), failure(status), success(USER))
    assert client.me().id == 3
    assert len(scripted.seen) == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInputError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (500, ServerError),
        (502, UpstreamError),
        (418, InvalidInputError),
        (302, ServerError),
    ],
)
def test_what_will_not_pass_is_raised_at_once(
    client: Calls, scripted: ScriptedService, status: int, error: type[Exception]
) -> None:
    scripted.on("GET /auth/me", failure(status, "why", request_id="r-1"))
    with pytest.raises(error, match="why") as raised:
        client.me()
    assert (raised.value.status, raised.value.request_id) == (status, "r-1")  # type: ignore[attr-defined]
    assert not raised.value.retryable  # type: ignore[attr-defined]
    assert len(scripted.seen) == 1


def test_patience_ends(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", failure(503))
    with pytest.raises(UnavailableError) as raised:
        client.me()
    assert raised.value.retryable
    assert len(scripted.seen) == 4


def test_a_wait_that_is_too_long_is_the_callers(
    connect: Connect, scripted: ScriptedService
) -> None:
    scripted.on("GET /auth/me", failure(429, "the daily quota is used up", retry_after=3600))
    with pytest.raises(TooManyRequestsError) as raised:
        connect().me()
    assert raised.value.retry_after == 3600
    assert len(scripted.seen) == 1


def test_the_wrong_parameters_are_named(client: Calls, scripted: ScriptedService) -> None:
    error = {"field": "market", "reason": "must be SH", "key": "not_one_of"}
    errors = [error | {"params": {"allowed": ["SH"]}}, {"field": "start_date", "reason": "odd"}]
    refused = failure(400, "market: …", errors=errors, key="invalid_parameters", params={})
    scripted.on("GET /base/calendar", refused)
    with pytest.raises(InvalidInputError) as raised:
        client.calendar("NYSE", "2024-01-01", "20240131")
    assert raised.value.key == "invalid_parameters"
    assert raised.value.errors == (
        FieldError("market", "must be SH", "not_one_of", {"allowed": ["SH"]}),
        FieldError("start_date", "odd", "", {}),
    )
    assert dict(scripted.seen[0].url.params)["start_date"] == "20240101"


def test_a_lost_answer_is_asked_for_again_where_that_is_safe(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("GET /auth/me", httpx.ReadTimeout("slow"), success(USER))
    assert client.me().id == 3
    scripted.on("POST /auth/users", httpx.ReadError("lost"))
    with pytest.raises(NoAnswerError, match="lost") as raised:
        client.create_user("li", "long-enough")
    assert raised.value.retryable
    assert [request.method for request in scripted.seen] == ["GET", "GET", "POST"]


def test_what_was_never_sent_is_sent_again(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /auth/users", httpx.ConnectError("refused"), success(USER))
    assert client.create_user("wang", "long-enough").id == 3


def test_a_link_is_followed_without_the_token(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", httpx.Response(303, headers={"Location": LINK}))
    scripted.on("GET /answers/1.json", failure(503), success(["600000.SH"]))
    assert client.codes("EXTRA_STOCK_A") == ["600000.SH"]
    asked, *followed = scripted.seen
    assert asked.headers["Authorization"] == "Bearer token-1"
    assert [str(request.url) for request in followed] == [LINK, LINK]
    assert not any("Authorization" in request.headers for request in followed)


def test_a_link_that_gives_nothing_is_no_error_of_the_login(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("GET /base/codes", httpx.Response(303, headers={"Location": LINK}))
    scripted.on("GET /answers/1.json", httpx.Response(403, text="<Error>expired</Error>"))
    with pytest.raises(BadAnswerError, match="expired"):
        client.codes("EXTRA_STOCK_A")


def test_clients_are_closed_by_with(scripted: ScriptedService) -> None:
    transport = httpx.MockTransport(scripted)
    scripted.on("GET /auth/me", lambda _: success(USER))

    async def asynchronously() -> int:
        async with AsyncClient(URL, USERNAME, PASSWORD, transport=transport) as client:
            return (await client.me()).id

    with Client(URL, USERNAME, PASSWORD, transport=transport) as client:
        assert client.me().id == anyio.run(asynchronously) == 3
    with pytest.raises(RuntimeError, match="closed"):
        client.me()


def test_many_at_once_log_in_once(scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", success(USER))

    async def together() -> None:
        transport = httpx.MockTransport(scripted)
        async with AsyncClient(URL, USERNAME, PASSWORD, transport=transport) as client:
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(client.me)
            scripted.revoke()
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(client.me)

    anyio.run(together)
    assert scripted.logins == 2


def test_a_login_that_is_locked_says_how_long() -> None:
    def locked(_: httpx.Request) -> httpx.Response:
        return failure(429, "locked", retry_after=900)

    client = Client(URL, "wang", "x", transport=httpx.MockTransport(locked), retry=Retry())
    with client, pytest.raises(TooManyRequestsError) as raised:
        client.login()
    assert raised.value.retry_after == 900


def test_a_logout_ends_the_session_and_the_next_call_begins_one(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("GET /auth/me", success(USER))
    scripted.on("POST /auth/logout", success(None))
    client.logout()
    assert scripted.seen == [], "there was no session"
    client.me()
    client.logout()
    assert scripted.seen[-1].headers["Authorization"] == "Bearer token-1"
    client.me()
    assert scripted.seen[-1].headers["Authorization"] == "Bearer token-2"


def test_a_session_that_is_over_needs_no_logout(client: Calls, scripted: ScriptedService) -> None:
    client.login()
    scripted.revoke()
    client.logout()
    assert (scripted.logins, len(scripted.seen)) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(lambda _: failure(500), ServerError), (httpx.ReadError("reset"), NoAnswerError)],
    ids=["a fault", "no answer"],
)
def test_a_logout_that_fails_is_told_and_can_be_repeated(
    answer: Script, error: type[Exception], connect: Connect, scripted: ScriptedService
) -> None:
    client = connect(retry=Retry(times=0))
    client.login()
    scripted.on("POST /auth/logout", answer, success(None))
    with pytest.raises(error):
        client.logout()
    client.logout()
    sent = [each.headers["Authorization"] for each in scripted.seen]
    assert sent == ["Bearer token-1", "Bearer token-1"]
    client.logout()
    assert len(scripted.seen) == 2, "the session has ended"


def test_a_login_during_a_logout_stays(client: Calls, scripted: ScriptedService) -> None:
    def overtaken(_: httpx.Request) -> httpx.Response:
        client.client.token = later
        return success(None)

    later = Token("token-9", 9e9, 9e9)
    client.login()
    scripted.on("POST /auth/logout", overtaken)
    client.logout()
    assert client.client.token == later


def test_a_new_password_is_used_from_then_on(client: Calls, scripted: ScriptedService) -> None:
    granted = {"access_token": "token-9", "token_type": "bearer", "expires_in": 86400}
    scripted.on("POST /auth/password", success(granted))
    scripted.on("GET /auth/me", success(USER))
    scripted.valid.add("token-9")
    assert client.change_password(PASSWORD, "staple-battery").access_token == "token-9"
    assert scripted.bodies() == [{"old_password": PASSWORD, "new_password": "staple-battery"}]
    client.me()
    assert scripted.seen[-1].headers["Authorization"] == "Bearer token-9"
    scripted.revoke()
    with pytest.raises(UnauthorizedError, match="password is wrong"):
        client.me()


def test_a_password_that_is_refused_changes_nothing(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /auth/password", failure(400, "new_password: is too easy to guess"))
    scripted.on("GET /auth/me", success(USER))
    with pytest.raises(InvalidInputError, match="too easy"):
        client.change_password(PASSWORD, "password12")
    client.me()
    assert scripted.seen[-1].headers["Authorization"] == "Bearer token-1"
