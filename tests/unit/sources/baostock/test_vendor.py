"""What the room of the child process is told of BaoStock."""

from marketdata.sources.baostock.vendor import make_vendor


def nothing() -> None:
    pass


def test_a_second_between_two_requests() -> None:
    arguments = {"host": "public-api.baostock.com", "port": 10030, "pause": 1.0}
    assert make_vendor("", nothing).login.arguments() == arguments


def test_another_server() -> None:
    arguments = make_vendor("localhost:1234", nothing).login.arguments()
    assert (arguments["host"], arguments["port"]) == ("localhost", 1234)
    assert arguments["pause"] >= 1


def test_each_login_is_announced() -> None:
    announced: list[int] = []
    login = make_vendor("", lambda: announced.append(1)).login
    login.revision()
    assert announced == []
    login.arguments()
    assert announced == [1]
