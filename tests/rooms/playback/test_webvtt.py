"""WebVTT is read as other programs write it, and any other text is refused in words that help."""

import pytest

from rooms.playback.webvtt import Cue, NotWebVTT, cut, read_webvtt


def test_a_cue_that_lasts_over_a_cut_stands_on_both_sides() -> None:
    first, second = cut([Cue(0, 3, "One"), Cue(3, 4, "Two & more")], [(0, 2), (2, 4)])
    assert first.startswith("WEBVTT\nX-TIMESTAMP-MAP=")
    assert "One" in first and "Two" not in first
    assert "00:00:00.000 --> 00:00:03.000\nOne" in second
    assert "Two &amp; more" in second


def test_a_file_of_another_tool_is_read() -> None:
    text = (
        "\ufeffWEBVTT - made elsewhere\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "1\r\n00:01.500 --> 00:04.000 line:0\r\n<v Chair>Good <b>morning</b> &amp; welcome\r\n\r\n"
        "NOTE nothing\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nSecond\r\nline\r\n"
    )
    assert read_webvtt(text) == [Cue(1.5, 4.0, "Good morning & welcome"), Cue(3600, 3601, "Second\nline")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begins with the word WEBVTT"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHello", "SubRip"),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nHello", "Line 3: the times are written like"),
        ("WEBVTT\n\n1\nsoon --> later\nHello", "Line 4: the times are written like"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHello", "Line 3: this caption ends before it begins"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nB\n\n00:01.000 --> 00:02.000\nA", "Line 6: this caption begins before"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, says: str) -> None:
    with pytest.raises(NotWebVTT, match=says):
        read_webvtt(text)
