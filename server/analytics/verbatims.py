"""Suppression of single answers before an export: they leave under a pseudonym and without personal attributes.

The rules of the figures apply to each row. An answer is withheld in three cases: fewer than five people answered its
question; fewer than five gave this answer, or another such answer could be worked out from it (secondary suppression);
or the question is asked twice and the person is one of fewer than five who answered it only once.
"""

from collections import Counter, defaultdict
from uuid import UUID

from server.analytics.facts import AnswerFact, Facts
from server.surveys.published import AFTER, BEFORE, PAIRED
from server.surveys.suppression import too_few, withheld


def tellable(facts: Facts) -> list[tuple[AnswerFact, bool]]:
    """Every answer, with True when it may be shown."""
    asked: dict[tuple[str, str], list[AnswerFact]] = defaultdict(list)
    for answer in facts.answers:
        asked[answer.wave, answer.question].append(answer)
    alone = _alone(facts)
    return [
        (answer, may and not (answer.question == PAIRED and answer.person in alone))
        for answers in asked.values()
        for answer, may in _of_question(answers)
    ]


def _of_question(answers: list[AnswerFact]) -> list[tuple[AnswerFact, bool]]:
    """The answers to one question, each with True when enough people gave it; free text is shown or withheld whole."""
    if too_few(len(answers)):
        return [(answer, False) for answer in answers]
    if answers[0].kind == "text":
        return [(answer, True) for answer in answers]
    hidden = withheld(Counter(_choice(answer) for answer in answers))
    return [(answer, _choice(answer) not in hidden) for answer in answers]


def _choice(answer: AnswerFact) -> str:
    """The value under which an answer is counted: its number, or its text casefolded."""
    return str(answer.number) if answer.number is not None else (answer.text or "").casefold()


def _alone(facts: Facts) -> set[UUID]:
    """The people who answered the paired question only once, if there are one to four and pairs exist; else nobody."""
    before, after = (
        {answer.person for answer in facts.answers if answer.question == PAIRED and answer.wave == wave}
        for wave in (BEFORE, AFTER)
    )
    alone = before ^ after
    return alone if before & after and too_few(len(alone)) else set()
