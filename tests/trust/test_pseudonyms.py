"""A person has one pseudonym for each purpose of each event."""

import uuid

from server.trust.pseudonyms import LENGTH, pseudonyms

SECRET, SALT = b"s" * 32, b"1" * 16
AMA, BEN = uuid.uuid4(), uuid.uuid4()


def test_a_pseudonym_is_steady_and_tells_people_apart() -> None:
    name, again = pseudonyms(SECRET, SALT, "export"), pseudonyms(SECRET, SALT, "export")
    assert name(AMA) == again(AMA) != name(BEN)
    assert len(name(AMA)) == LENGTH
    assert AMA.hex[:8] not in name(AMA)


def test_another_event_purpose_or_installation_gives_another_pseudonym() -> None:
    others = [
        pseudonyms(SECRET, b"2" * 16, "export"),
        pseudonyms(SECRET, SALT, "export of answers"),
        pseudonyms(b"t" * 32, SALT, "export"),
    ]
    names = {pseudonyms(SECRET, SALT, "export")(AMA), *(name(AMA) for name in others)}
    assert len(names) == 4


def test_once_the_salt_is_deleted_no_two_exports_share_a_name() -> None:
    first, second = pseudonyms(SECRET, b"", "export"), pseudonyms(SECRET, b"", "export")
    assert first(AMA) == first(AMA) != second(AMA)
