"""The report as a whole: every figure is defined and computed."""

import json
import re
from pathlib import Path

from server.analytics import definitions as definitions_module
from server.analytics.definitions import definitions
from server.analytics.facts import Facts, MentionFact
from server.analytics.report import report
from tests.analytics.stories import LONDON, answers, person, surveyed

FIELD = """
registrations registrations_target reactions_accepted understanding_before_mean understanding_after_mean
understanding_pairs understanding_shift_mean stars_content_mean stars_speakers_mean stars_platform_mean
watch_later_yes_share watch_later_maybe_share watch_later_no_share recommend_yes_share recommend_maybe_share
recommend_no_share attend_again_yes_share new_contact_yes_share hashtag_mentions hashtag_impressions learned
"""


def test_every_figure_has_a_definition_and_every_definition_its_figure_in_the_same_order() -> None:
    assert list(report(Facts(zone=LONDON))) == list(definitions())


def test_every_published_figure_is_there_in_the_five_keys() -> None:
    found = report(Facts(zone=LONDON))
    for name in FIELD.split():
        assert set(found[name].as_json()) == {"value", "numerator", "denominator", "withheld", "definition"}


def test_the_report_is_plain_json_whatever_is_in_it() -> None:
    rows = answers("after", "learned", dict.fromkeys(range(6), "Housing is health"))
    found = json.loads(json.dumps({name: figure.as_json() for name, figure in report(surveyed(rows)).items()}))
    assert found["learned"]["value"] == ["Housing is health"] * 6
    assert found["learned_words"]["value"][0] == {"key": "health", "label": "health", "value": 6, "withheld": False}


def test_a_withheld_figure_carries_no_number_at_all() -> None:
    found = report(surveyed(answers("after", "stars_content", dict.fromkeys(range(4), 3))))["stars_content_mean"]
    assert found.withheld
    numbers = {**found.as_json()}
    del numbers["withheld"], numbers["definition"]
    assert set(numbers.values()) == {None}
    assert found.why


def test_mentions_and_impressions_are_summed_by_network() -> None:
    mentions = [MentionFact("Twitter", 100), MentionFact("LinkedIn", 40), MentionFact("Twitter", 3)]
    found = report(Facts(zone=LONDON, mentions=mentions))
    assert (found["hashtag_mentions"].value, found["hashtag_impressions"].value) == (3, 143)
    assert {cell.key: cell.value for cell in found["hashtag_mentions_by_network"].cells} == {
        "LinkedIn": 1,
        "Twitter": 2,
    }


def test_seats_are_counted_by_stay_and_by_person() -> None:
    found = report(Facts(zone=LONDON, seated=[person("ama"), person("ama"), person("ben")]))
    assert (found["table_people"].value, found["table_stays"].value) == (2, 3)


def test_no_published_number_is_written_in_the_code() -> None:
    """The published figures 673, 4,451 and 19,000 may come only from rows."""
    for path in Path(definitions_module.__file__).parent.iterdir():
        if path.is_file():
            assert not re.search(r"\b(673|4,?451|19,?000)\b", path.read_text(encoding="utf-8")), path
