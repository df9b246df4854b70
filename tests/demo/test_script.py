"""The script of the demo: its sessions, people and films, and the slugs by which they refer to each other."""

from itertools import pairwise

import pytest

from server.demo.script import Script, read_script

FILM_SECONDS = 180
CARD_CHARACTERS = 120


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script()


def test_the_five_priorities_each_have_a_track_and_a_session(script: Script) -> None:
    titles = {track.title for track in script.tracks}
    assert {f"Healthy {word}" for word in ("Starts", "Hearts", "Minds", "Weight", "Housing")} < titles
    assert {track.slug for track in script.tracks} == {session.track for session in script.sessions}


def test_there_are_a_dozen_sessions_of_every_kind(script: Script) -> None:
    assert len(script.sessions) >= 12
    assert {s.kind for s in script.sessions} == {"keynote", "talk", "panel", "assembly", "networking"}


def test_the_nine_districts_are_the_places(script: Script) -> None:
    assert len(script.event.places) == 9
    assert set(script.crowd.places) == set(script.event.places)
    assert {sector.name for sector in script.crowd.sectors} == set(script.event.sectors)


def test_every_slug_that_is_named_exists(script: Script) -> None:
    sessions, speakers = {s.slug for s in script.sessions}, {s.slug for s in script.speakers}
    films = {film.slug for film in script.films}
    assert len(sessions) == len(script.sessions)
    for session in script.sessions:
        assert set(session.speakers) <= speakers
        assert session.film is None or session.film in films
    for table in script.tables:
        assert table.host in script.session(table.session).speakers


def test_every_abstract_names_its_source(script: Script) -> None:
    for session in script.sessions:
        assert session.abstract.strip().splitlines()[-1].startswith(("Source: ", "Sources: ")), session.slug


def test_four_films_of_three_minutes_fit_their_cards(script: Script) -> None:
    specs = dict(script.film_specs())
    assert len(specs) == 4
    for slug, spec in specs.items():
        assert sum(card["seconds"] for card in spec["cards"]) == FILM_SECONDS, slug
        assert all(len(card["text"]) <= CARD_CHARACTERS for card in spec["cards"]), slug


def test_sessions_around_now_do_not_overlap(script: Script) -> None:
    around = sorted((s.begins, s.begins + s.minutes) for s in script.sessions if s.begins is not None)
    assert all(ends <= begins for (_, ends), (begins, _) in pairwise(around))
