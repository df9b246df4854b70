"""The figures of the surveys: the paired question, stars, choices and free text, suppressed below five people."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from server.analytics.facts import Facts
from server.analytics.figures import GIVES_AWAY, TOO_FEW, Cell, Figure, average, count, distribution, share
from server.analytics.words import words
from server.surveys import suppression
from server.surveys.published import AFTER, BEFORE, LEARNED, PAIRED, QUESTIONS, SCALE, STARS
from server.surveys.scoring import PairedShift, paired_shift

Ratings = dict[UUID, int]

SHARES = {
    "watch_later": ("yes", "maybe", "no"),
    "recommend": ("yes", "maybe", "no"),
    "attend_again": ("yes",),
    "new_contact": ("yes",),
}
"""The choices whose share is published, by question."""


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about the surveys."""
    yield from _responses(facts)
    yield from _understanding(facts)
    for question in QUESTIONS[AFTER]:
        if question.kind == "stars":
            answers = list(ratings(facts, AFTER, question.name).values())
            yield average(f"{question.name}_mean", answers)
            yield distribution(f"{question.name}_answers", answers, STARS)
        elif question.kind == "choice":
            yield from _choices(facts, question.name, question.choices)
    yield from _learned(facts)


def ratings(facts: Facts, wave: str, question: str) -> Ratings:
    """Each person's number in answer to one question."""
    return {
        row.person: row.number
        for row in facts.answers
        if row.wave == wave and row.question == question and row.number is not None
    }


def texts(facts: Facts, wave: str, question: str) -> dict[UUID, str]:
    """Each person's text or choice in answer to one question; an empty text is not an answer."""
    return {
        row.person: row.text.strip()
        for row in facts.answers
        if row.wave == wave and row.question == question and row.text and row.text.strip()
    }


def _responses(facts: Facts) -> Iterator[Figure]:
    """The numbers of people who answered and who did not. They are head counts, so they are never withheld."""
    registered = facts.placed()
    answered = {wave: {row.person for row in facts.responses if row.wave == wave} for wave in (BEFORE, AFTER)}
    yield count("responses_before", len(answered[BEFORE]), of=len(registered))
    yield count("responses_after", len(answered[AFTER]), of=len(registered))
    silent = {row.person for row in registered} - answered[BEFORE] - answered[AFTER]
    yield count("responses_neither", len(silent), of=len(registered))


def _understanding(facts: Facts) -> Iterator[Figure]:
    before, after = ratings(facts, BEFORE, PAIRED), ratings(facts, AFTER, PAIRED)
    shift = paired_shift(before, after)
    yield from _wave("understanding_before", before, shift, shift.before - shift.pairs)
    yield from _wave("understanding_after", after, shift, shift.after - shift.pairs)
    yield from _shift(shift)


def _wave(name: str, answers: Ratings, shift: PairedShift, unpaired: int) -> Iterator[Figure]:
    """The mean and distribution of one wave, unless they and the shift would disclose what one to four people said.

    Both means and the paired shift together give the sum of the answers of all people without a pair. While there are
    one to four such people, the mean of each wave in which any of them answered is withheld.
    """
    all_unpaired = shift.before + shift.after - 2 * shift.pairs
    if unpaired and suppression.too_few(all_unpaired) and not suppression.too_few(shift.pairs):
        yield Figure(f"{name}_mean", why=GIVES_AWAY)
        yield Figure(f"{name}_answers", why=GIVES_AWAY)
        return
    values = list(answers.values())
    yield average(f"{name}_mean", values)
    yield distribution(f"{name}_answers", values, SCALE)


def _shift(shift: PairedShift) -> Iterator[Figure]:
    names = ("pairs", "shift_mean", "shift_low", "shift_high", "shift_effect")
    if suppression.too_few(shift.pairs):
        yield from (Figure(f"understanding_{name}", why=TOO_FEW) for name in names)
        return
    either = shift.before + shift.after - shift.pairs
    moved = shift.after_total - shift.before_total if shift.pairs else None
    low, high = shift.interval or (None, None)
    yield count("understanding_pairs", shift.pairs, of=either)
    yield Figure("understanding_shift_mean", shift.mean, moved, shift.pairs, shift.interval)
    yield Figure("understanding_shift_low", low, moved, shift.pairs)
    yield Figure("understanding_shift_high", high, moved, shift.pairs)
    yield Figure("understanding_shift_effect", shift.effect, moved, shift.pairs)


def choices(facts: Facts, question: str, offered: tuple[str, ...]) -> dict[str, int]:
    """The number of people who made each choice offered by a question of the after survey."""
    made = Counter(text.casefold() for text in texts(facts, AFTER, question).values())
    return {choice: made[choice] for choice in offered}


def _choices(facts: Facts, question: str, offered: tuple[str, ...]) -> Iterator[Figure]:
    """The share of each choice, with secondary suppression of the choices."""
    people = choices(facts, question, offered)
    hidden = suppression.withheld(people)
    answered = sum(people.values())
    for choice in SHARES[question]:
        name = f"{question}_{choice}_share"
        if choice in hidden:
            yield Figure(name, why=TOO_FEW if suppression.too_few(people[choice]) else GIVES_AWAY)
        else:
            yield share(name, people[choice], answered)


def _learned(facts: Facts) -> Iterator[Figure]:
    """The answers about what people learnt, and the words that most people used in them."""
    said = sorted(texts(facts, AFTER, LEARNED).values(), key=str.casefold)
    if suppression.too_few(len(said)):
        yield Figure(LEARNED, why=TOO_FEW)
        yield Figure("learned_words", why=TOO_FEW)
        return
    responses = sum(row.wave == AFTER for row in facts.responses)
    yield Figure(LEARNED, tuple(said), len(said), responses)
    cells = tuple(Cell(word, word, people) for word, people in words(said).items())
    yield Figure("learned_words", cells, len(said), len(said))
