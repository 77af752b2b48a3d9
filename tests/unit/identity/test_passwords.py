"""Password hashes."""

from argon2 import PasswordHasher

from marketdata.identity import passwords


def test_a_hash_matches_its_password_alone() -> None:
    hashed = passwords.hash_password("密码 123")
    assert passwords.matches(hashed, "密码 123")
    assert not passwords.matches(hashed, "密码 124")
    assert "密码" not in hashed


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_password("a") != passwords.hash_password("a")


def test_an_unreadable_hash_matches_nothing() -> None:
    assert not passwords.matches("", "a")
    assert not passwords.matches("$argon2id$", "a")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=64).hash("a"))
    assert not passwords.is_outdated(passwords.hash_password("a"))


def test_the_hash_for_unknown_users_costs_as_much_as_any_other() -> None:
    assert not passwords.is_outdated(passwords.NOBODYS)
    assert not passwords.matches(passwords.NOBODYS, "")
