"""The attacks of the load test: their offers are what they say, and each attack is bounded."""

import pytest

from loadtests.attacks import offers
from loadtests.attacks.__main__ import FULL, SHORT
from loadtests.attacks.kinds import ATTACKS
from rooms.errors import OfferRefused
from rooms.offers import MOST_CANDIDATES, MOST_KEPT_CODECS, MOST_LINES, MOST_SECTIONS, OFFER_LIMIT_BYTES, read_offer

EIGHT_MINUTES_S = 480


def test_the_largest_offer_is_at_the_bounds_and_is_answered():
    offer = offers.at_the_bounds()
    assert len(read_offer(offer).media) == offers.SECTIONS == MOST_SECTIONS
    assert (offers.CODECS, offers.CANDIDATES) == (MOST_KEPT_CODECS, MOST_CANDIDATES)
    assert len(offer) < OFFER_LIMIT_BYTES < 1.5 * len(offer)
    assert offer.count("\n") < MOST_LINES < 1.2 * offer.count("\n")


@pytest.mark.parametrize("n", range(4))
def test_each_offer_over_a_bound_is_refused(n: int):
    with pytest.raises(OfferRefused, match="too-large"):
        read_offer(offers.over_every_bound(n))


def test_the_short_form_takes_eight_minutes():
    assert len(ATTACKS) * (SHORT.alone_s + SHORT.attack_s + 1) + SHORT.alone_s < EIGHT_MINUTES_S - 60
    assert FULL.attack_s == 60


def test_each_attack_is_bounded():
    assert all(attack.per_second <= 40 and attack.at_once <= 400 for attack in ATTACKS.values())
