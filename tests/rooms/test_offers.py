"""The budget of offers: how many one person may make, and how long they wait for the next."""

from rooms.offers import MOST_REMEMBERED, OFFER_EVERY_S, OFFERS_AT_ONCE, OfferBudgets


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
