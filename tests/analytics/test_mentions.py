"""Reading a file of posts: the hashtag in any capitals, and errors that name their line."""

from datetime import datetime

import pytest

from server.analytics.mentions import MentionsUnreadable, carries, read_mentions
from tests.analytics.stories import LONDON

HEADER = "posted_at,network,text,impressions"


def read(*lines: str, header: str = HEADER) -> tuple[list[object], int]:
    return read_mentions([f"{line}\n" for line in (header, *lines)], "MSEinAction", LONDON)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So proud of #MSEInAction today", True),
        ("#mseinaction", True),
        ("(#MSEINACTION!)", True),
        ("＃MSEinAction", True),
        ("#MSEinActionPlan", False),
        ("x#MSEinAction", False),
        ("MSEinAction", False),
        ("", False),
    ],
)
def test_the_hashtag_is_matched_whole_and_without_regard_to_case(text: str, found: bool) -> None:
    assert carries(text, "MSEinAction") is found
    assert carries(text, "#mseInAction") is found


def test_posts_without_the_hashtag_are_left_out() -> None:
    mentions, passed_over = read('2022-06-28T09:30,Twitter,"A great day, #MSEinAction","1,200"', "2022-06-28,X,hi,5")
    assert (len(mentions), passed_over) == (1, 1)
    assert mentions[0].impressions == 1200
    assert mentions[0].posted_at == datetime(2022, 6, 28, 9, 30, tzinfo=LONDON)


def test_without_a_text_column_every_row_counts_as_carrying_the_hashtag() -> None:
    mentions, _ = read(
        "2022-06-28T09:30Z,LinkedIn,40", "2022-06-28T09:31Z,LinkedIn,", header="posted_at,network,impressions"
    )
    assert [mention.impressions for mention in mentions] == [40, 0]


def test_the_same_file_gives_the_same_references_and_equal_rows_stay_two() -> None:
    rows = ("2022-06-28T09:30,Twitter,#MSEinAction,5",) * 2
    first, second = read(*rows)[0], read(*rows)[0]
    assert first == second
    assert len({mention.reference for mention in first}) == 2


def test_a_byte_order_mark_and_capitals_in_the_header_do_no_harm() -> None:
    mentions, _ = read("2022-06-28,X,3", header="\ufeffPosted_At, Network ,IMPRESSIONS")
    assert len(mentions) == 1


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (("",), None),
        (("28/06/2022,X,#MSEinAction,5",), "line 2: posted_at is not a time: '28/06/2022'"),
        (("2022-06-28,X,#MSEinAction,many",), "line 2: impressions is not a whole number: 'many'"),
        (("2022-06-28,X,#MSEinAction,-5",), "line 2: impressions is not a whole number"),
        (("2022-06-28,X,#MSEinAction,99999999999",), "line 2: impressions is not a whole number"),
        (("2022-06-28,,#MSEinAction,5",), "line 2: network needs"),
        (("2022-06-28,X,#MSEinAction,5", "2022-06-28,X,5"), "line 3: 3 values for 4 columns"),
        (('2022-06-28,X,"unclosed',), "line 2: unexpected end of data"),
        (("0001-01-01T00:00+02:00,X,#MSEinAction,5",), "line 2: posted_at is not a time"),
    ],
)
def test_a_wrong_line_is_named(lines: tuple[str, ...], complaint: str | None) -> None:
    if complaint is None:
        assert read(*lines) == ([], 0)
        return
    with pytest.raises(MentionsUnreadable) as told:
        read(*lines)
    assert complaint in str(told.value)


def test_a_missing_column_and_an_empty_file_are_told_apart_from_rows() -> None:
    with pytest.raises(MentionsUnreadable, match="line 1: there is no column impressions"):
        read(header="posted_at,network")
    with pytest.raises(MentionsUnreadable, match="line 1"):
        read_mentions([], "MSEinAction", LONDON)


def test_a_reference_given_twice_is_named() -> None:
    header = "posted_at,network,impressions,reference"
    with pytest.raises(MentionsUnreadable, match="line 3: the reference 17 is there twice"):
        read("2022-06-28,X,3,17", "2022-06-28,X,3,17", header=header)
