"""`python -m rooms.media`, a process of its own: make title-card films, package films, check and join recordings."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rooms.media.films.package import FilmRefused, package
from rooms.media.films.spec import SpecRefused
from rooms.media.films.studio import make_films
from rooms.media.recordings.check import check, check_film, complete
from rooms.media.recordings.download import RunFiles, join
from rooms.media.recordings.wave_file import SoundStretch, write_wave
from rooms.playback.webvtt import read_webvtt


def main(words: list[str] | None = None) -> int:
    """Return exit code 0, or 2 after one line that tells the user what to mend."""
    arguments = parser().parse_args(words)
    try:
        if arguments.command == "film":
            make_films(arguments.specs, arguments.to, arguments.font)
        elif arguments.command == "check":
            if arguments.complete:
                complete(arguments.directory)
            look = check_film if arguments.film else check
            sys.stdout.write(json.dumps(asdict(look(arguments.directory))))
        elif arguments.command == "join":
            runs = [RunFiles(*(list(map(Path, files)) for files in run)) for run in json.load(sys.stdin)]
            join(runs, arguments.to, progress=say_progress)
        elif arguments.command == "sound":
            sound = [SoundStretch(begins_s, list(map(Path, files))) for begins_s, files in json.load(sys.stdin)]
            write_wave(sound, arguments.to)
        else:
            cues = read_webvtt(arguments.captions.read_text(encoding="utf-8")) if arguments.captions else ()
            title = arguments.title or arguments.film.stem
            package(arguments.film, arguments.directory, title, cues, progress=say_progress)
    except (SpecRefused, FilmRefused, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def say_progress(share: float) -> None:
    """Print a line of progress for the process that started this command; `share` is 0 to 1."""
    sys.stdout.write(f"done {int(100 * share)} %\n")
    sys.stdout.flush()


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m rooms.media", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True)
    film = commands.add_parser("film", help="make films of title cards and package them")
    film.add_argument(
        "specs", type=Path, nargs="+", metavar="SPEC.json", help="a film's title, speaker, accent and cards"
    )
    film.add_argument(
        "--to", type=Path, required=True, metavar="DIRECTORY", help="where a directory for each film goes"
    )
    film.add_argument(
        "--font", type=Path, metavar="FILE", help="a variable font for the cards; without it, Pillow's own"
    )
    packaging = commands.add_parser("package", help="cut an MP4 film into segments, by stream copy")
    packaging.add_argument("film", type=Path)
    packaging.add_argument("directory", type=Path, help="an empty or new directory for the segments and their index")
    packaging.add_argument("--captions", type=Path, metavar="FILE.vtt", help="its captions, as WebVTT")
    packaging.add_argument("--title", help="the film's title; without it, its file's name")
    joining = commands.add_parser("join", help="make one MP4 of a recording, by stream copy")
    joining.add_argument("--to", type=Path, required=True, metavar="FILE.mp4", help="the film to write")
    joining.description = (
        "Standard input: a JSON list of runs, each a list of the files of its pictures and of its sound."
    )
    hearing = commands.add_parser("sound", help="make a WAVE file of a recording's sound, for speech recognition")
    hearing.add_argument("--to", type=Path, required=True, metavar="FILE.wav", help="the file to write")
    hearing.description = (
        "Standard input: a JSON list of stretches, each the second of the film at which it begins, and its files."
    )
    checking = commands.add_parser("check", help="look over a recording, and say what was found as JSON")
    checking.add_argument("directory", type=Path, help="where a session's programme was written")
    checking.add_argument("--film", action="store_true", help="a packaged film is there, not a session's programme")
    checking.add_argument("--complete", action="store_true", help="nothing more will come: say so in its playlists")
    return whole


if __name__ == "__main__":
    sys.exit(main())
