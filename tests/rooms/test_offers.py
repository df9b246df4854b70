"""The bounds of offers: what of one is answered, how many one person may make, and how long they wait for the next."""

from pathlib import Path

import pytest

from rooms.errors import OfferRefused
from rooms.offers import (
    MOST_CANDIDATES,
    MOST_KEPT_CODECS,
    MOST_LINES,
    MOST_REMEMBERED,
    MOST_SECTION_LINES,
    MOST_SECTIONS,
    OFFER_EVERY_S,
    OFFER_LIMIT_BYTES,
    OFFERS_AT_ONCE,
    OfferBudgets,
    read_offer,
)
from tests.media.test_hostile_calls import Section, largest_offer, offer_of

STAGE = Path(__file__).parent.parent / "stage"
FOR_ONE = (STAGE / "offer.sdp").read_text()
FOR_EVERY_SLOT = (STAGE / "offer_for_every_slot.sdp").read_text()
"""Chrome's offers: to send from one device, and to receive every slot of a stage."""


def test_a_browsers_offer_for_every_slot_is_well_within_the_bounds():
    sections = FOR_EVERY_SLOT.split("\nm=")
    assert len(sections) - 1 == MOST_SECTIONS
    assert len(FOR_EVERY_SLOT) * 1.3 < OFFER_LIMIT_BYTES
    assert FOR_EVERY_SLOT.count("\n") * 1.4 < MOST_LINES
    assert max(section.count("\n") for section in sections) * 1.7 < MOST_SECTION_LINES
    assert read_offer(FOR_EVERY_SLOT).media == ["audio", "video"] * 8


@pytest.mark.parametrize("offer", [FOR_ONE, FOR_EVERY_SLOT, largest_offer()], ids=["for one", "every slot", "largest"])
def test_what_is_answered_of_an_offer_has_few_lines_whatever_else_is_in_it(offer: str):
    essence = read_offer(offer).essence
    assert read_offer(essence) == read_offer(offer)
    codecs = 2 * MOST_KEPT_CODECS
    assert essence.count("\n") <= 10 + MOST_CANDIDATES + len(read_offer(offer).media) * (40 + 6 * codecs)
    assert len(essence) < 24_000


def test_only_codecs_that_a_stage_takes_are_answered_and_their_retransmissions():
    essence = read_offer(FOR_EVERY_SLOT).essence
    names = {line.split()[1].split("/")[0] for line in essence.splitlines() if line.startswith("a=rtpmap:")}
    assert names == {"opus", "H264", "rtx"}
    with pytest.raises(OfferRefused, match="no-h264"):
        read_offer(FOR_ONE.replace("opus/48000/2", "speex/16000"))


def test_only_the_candidates_of_the_shared_transport_are_answered():
    offer = offer_of([Section("audio", candidates=3), Section("video", candidates=5)])
    assert read_offer(offer).essence.count("a=candidate:") == 3
    assert read_offer(offer.replace("BUNDLE 0 1", "BUNDLE 1 0")).essence.count("a=candidate:") == 5


def test_whoever_has_spent_all_offers_waits_for_one_more():
    budgets = OfferBudgets()
    assert [budgets.spend("amara", now_s=5.0) for _ in range(OFFERS_AT_ONCE)] == [0.0] * OFFERS_AT_ONCE
    assert budgets.spend("amara", now_s=5.0) == OFFER_EVERY_S
    assert budgets.spend("amara", now_s=6.0) == OFFER_EVERY_S - 1
    assert budgets.spend("amara", now_s=5.0 + OFFER_EVERY_S) == 0.0
    assert budgets.spend("amara", now_s=5.0 + OFFER_EVERY_S) == OFFER_EVERY_S


def test_nobody_spends_the_budget_of_another():
    budgets = OfferBudgets()
    for _ in range(OFFERS_AT_ONCE + 1):
        budgets.spend("mallory", now_s=0.0)
    assert budgets.spend("amara", now_s=0.0) == 0.0


def test_no_more_people_are_remembered_than_fit():
    budgets = OfferBudgets()
    for number in range(MOST_REMEMBERED + 10):
        budgets.spend(f"person {number}", now_s=0.0)
    assert len(budgets._owed_until_s) == MOST_REMEMBERED
