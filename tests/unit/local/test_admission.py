"""Who is served, and how many at once."""

import asyncio

import pytest

from local.admission import BusyError, Turns, is_served


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LocalHost:9", "127.0.0.1:8000", "[::1]", "[::1]:8000"],
)
def test_this_machines_names_are_served_on_any_port(host: str) -> None:
    assert is_served(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost/evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "[::2]:8000",
        "[::1",
        "mine.example",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_served(host)


def test_more_names_can_be_allowed() -> None:
    assert is_served("mine.example:8000", ["other.example", "mine.example"])
    assert not is_served("evil.example", ["mine.example"])


def test_no_more_than_the_limit_have_their_turn_in_order_of_arrival() -> None:
    async def check() -> None:
        turns, working, most, done = Turns(2), 0, 0, list[int]()

        async def call(number: int) -> None:
            nonlocal working, most
            async with turns.take():
                working += 1
                most = max(most, working)
                await asyncio.sleep(0)
                working -= 1
                done.append(number)

        await asyncio.gather(*map(call, range(10)))
        assert (most, done) == (2, list(range(10)))

    asyncio.run(check())


def test_beyond_the_queue_a_call_is_refused_at_once() -> None:
    async def check() -> None:
        turns = Turns(1, queue=1)
        async with turns.take():
            waiting = asyncio.create_task(_take(turns))
            await asyncio.sleep(0)
            with pytest.raises(BusyError):
                await _take(turns)
        await waiting
        await _take(turns)

    asyncio.run(check())


def test_a_call_whose_turn_does_not_come_is_refused() -> None:
    async def check() -> None:
        turns = Turns(1, seconds=0.01)
        async with turns.take():
            with pytest.raises(BusyError):
                await _take(turns)
        await _take(turns)

    asyncio.run(check())


async def _take(turns: Turns) -> None:
    async with turns.take():
        pass
