"""Registrations against the target, by the event's days, and by personal attributes, which are suppressed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.analytics.facts import Facts, RegistrationFact
from server.analytics.figures import Figure
from server.analytics.registrations import COLLEAGUE, figures
from tests.analytics.stories import LONDON, registration


def told(rows: list[RegistrationFact], zone: ZoneInfo = LONDON, **more: object) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(Facts(zone=zone, registrations=rows, **more))}


def test_places_count_held_or_confirmed_and_the_confirmed_ones_towards_the_target() -> None:
    states = ["confirmed"] * 6 + ["held", "waitlisted", "waitlisted", "cancelled", "released"]
    found = told([registration(n, state) for n, state in enumerate(states)], target=3)
    assert (found["registrations"].value, found["registrations"].denominator) == (7, 11)
    assert (found["registrations_confirmed"].value, found["registrations_confirmed"].denominator) == (6, 7)
    assert (found["registrations_held"].value, found["registrations_released"].value) == (1, 1)
    assert found["registrations_share_of_target"].value == 2
    assert (found["registrations_waitlisted"].value, found["registrations_cancelled"].value) == (2, 1)


def test_without_a_target_there_is_no_share_of_it() -> None:
    found = told([registration("ama")])
    assert found["registrations_target"].value is None
    assert found["registrations_share_of_target"].value is None


@pytest.mark.parametrize(("zone", "hour"), [("Europe/London", 23), ("Pacific/Auckland", 12), ("UTC", 24)])
def test_a_day_is_a_day_in_the_events_zone(zone: str, hour: int) -> None:
    created = datetime(2022, 6, 27, tzinfo=UTC) + timedelta(hours=hour)
    found = told([registration("ama", created=created)], ZoneInfo(zone))
    assert [cell.key for cell in found["registrations_by_day"].cells] == ["2022-06-28"]


def test_one_small_sector_hides_itself_and_the_next() -> None:
    rows = [registration(n, sector="NHS") for n in range(20)]
    rows += [registration(f"r{n}", sector="Resident") for n in range(7)]
    rows += [registration(f"v{n}", sector="Voluntary sector") for n in range(3)]
    found = told(rows)
    assert {cell.key: cell.value for cell in found["registrations_by_sector"].cells} == {
        "NHS": 20,
        "Resident": None,
        "Voluntary sector": None,
    }
    assert found["registrations"].value == 30


def test_head_counts_by_day_are_never_withheld() -> None:
    found = told([registration("ama")])
    assert [cell.value for cell in found["registrations_by_day"].cells] == [1]
    assert found["registrations"].value == 1


def test_people_who_did_not_say_come_last_under_not_stated() -> None:
    rows = [registration(n) for n in range(9)] + [registration(f"n{n}", source="A colleague") for n in range(5)]
    assert [cell.label for cell in told(rows)["registrations_by_source"].cells] == ["A colleague", "Not stated"]


def test_a_registration_after_the_last_day_is_one_to_catch_up() -> None:
    nine = datetime(2022, 6, 29, 9, 0, tzinfo=UTC)
    rows = [registration(n, created=nine + timedelta(hours=8 * n)) for n in range(4)]
    found = told(rows, ends_on=nine.date())
    assert (found["registrations_catch_up"].value, found["registrations_catch_up"].denominator) == (2, 4)


def test_people_who_came_by_a_colleagues_link_are_counted_and_withheld_below_five() -> None:
    def came(by_link: int, others: int) -> Figure:
        rows = [registration(n, source=COLLEAGUE if n < by_link else "") for n in range(by_link + others)]
        return told(rows)["registrations_by_colleague"]

    assert (came(6, 10).value, came(6, 10).denominator) == (6, 16)
    assert came(4, 10).withheld and came(10, 4).withheld
    assert came(0, 10).value == 0
