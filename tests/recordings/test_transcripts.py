"""Captions become lines to read, whoever wrote the file."""

from pathlib import Path

from rooms.playback.webvtt import read_webvtt
from server.recordings.transcripts import TranscriptLine, read_transcript, transcript

CAPTIONS = """WEBVTT
X-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:900000

NOTE made by hand

1
00:00:01.500 --> 00:00:03.000 line:90%
One in four adults
with high blood pressure

00:00:03.000 --> 00:00:05.000
does not <i>know</i> it.

01:00:00.250 --> 01:00:02.000
Cats &amp; dogs
"""


def test_cues_are_joined_until_a_sentence_ends() -> None:
    assert transcript(read_webvtt(CAPTIONS)) == [
        TranscriptLine(1.5, "One in four adults with high blood pressure does not know it."),
        TranscriptLine(3600.25, "Cats & dogs"),
    ]


def test_lines_end_however_the_file_was_written() -> None:
    assert transcript(read_webvtt(CAPTIONS.replace("\n", "\r\n"))) == transcript(read_webvtt(CAPTIONS))


def test_one_breath_that_never_ends_is_cut() -> None:
    endless = "WEBVTT\n\n" + "".join(
        f"00:{n:02}.000 --> 00:{n:02}.900\nand then and then and then\n\n" for n in range(60)
    )
    lines = transcript(read_webvtt(endless))
    assert len(lines) > 1
    assert all(len(line.text) < 400 for line in lines)


def test_what_is_no_captions_file_is_no_transcript(tmp_path: Path) -> None:
    assert read_transcript(tmp_path / "none.vtt") == ()
    (tmp_path / "other.vtt").write_text("Hello --> world")
    assert read_transcript(tmp_path / "other.vtt") == ()
