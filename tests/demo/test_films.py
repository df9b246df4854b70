"""The demo's films are made by the real media process, once."""

from pathlib import Path

import pytest

from server.demo.films import FilmsFailed, films_dir, make_films
from server.demo.script import Script, read_script
from server.settings import Settings

CARDS = ("Nobody gets well in a cold, wet room.", "Ask about the home.")


def script_with(*cards: str, accent: str = "#3a4fa0") -> Script:
    """The demo's script with one film of a second for each card."""
    film = read_script().films[-1].model_copy(update={"cards": cards, "accent": accent})
    return read_script().model_copy(update={"films": (film,), "seconds_per_card": 1})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[float]]:
    """Settings whose data directory holds one film, and the progress that was reported as it was made."""
    settings, told = Settings(data=tmp_path_factory.mktemp("data")), list[float]()
    [film] = make_films(script_with(*CARDS), settings, told.append)
    assert film.slug == "homes"
    assert film.duration_s == pytest.approx(len(CARDS), abs=0.2)
    return settings, told


def written_at(settings: Settings) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in films_dir(settings).rglob("*") if path.is_file()}


def test_progress_is_told_up_to_the_end(made: tuple[Settings, list[float]]) -> None:
    _, told = made
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_film_that_is_there_is_left_alone(made: tuple[Settings, list[float]]) -> None:
    settings, _ = made
    before, told = written_at(settings), list[float]()
    [film] = make_films(script_with(*CARDS), settings, told.append)
    assert film.directory == "demo-homes"
    assert (written_at(settings), told) == (before, [])


def test_captions_say_the_words_on_the_cards(made: tuple[Settings, list[float]]) -> None:
    settings, _ = made
    captions = (films_dir(settings) / "demo-homes" / "captions.vtt").read_text()
    assert all(card in captions.replace("\n", " ") for card in CARDS)


def test_a_film_whose_words_changed_is_made_anew(made: tuple[Settings, list[float]]) -> None:
    settings, _ = made
    [film] = make_films(script_with(*CARDS, "If you work in health, ask."), settings, lambda share: None)
    assert film.duration_s == pytest.approx(len(CARDS) + 1, abs=0.2)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"title": 1}'])
def test_a_film_with_a_broken_index_is_made_anew(made: tuple[Settings, list[float]], content: bytes) -> None:
    settings, _ = made
    (films_dir(settings) / "demo-homes" / "film.json").write_bytes(content)
    [film] = make_films(script_with(*CARDS), settings, lambda share: None)
    assert film.duration_s == pytest.approx(len(CARDS), abs=0.2)


def test_the_reason_of_the_media_process_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(FilmsFailed, match="colour"):
        make_films(script_with(*CARDS, accent="red"), Settings(data=tmp_path), lambda share: None)
