"""Which single answers may leave the house: under a pseudonym, without attributes, and never where few said so.

The rules are those of the figures, row by row. An answer is withheld when fewer than five people answered its
question; when fewer than five gave that answer (and where it would give such a one away); and in a question that is
asked twice, when its giver is one of fewer than five who answered only once.
"""

from collections import Counter, defaultdict
from uuid import UUID

from server.analytics.facts import AnswerFact, Facts
from server.surveys.published import AFTER, BEFORE, PAIRED
from server.surveys.suppression import too_few, withheld


def tellable(facts: Facts) -> list[tuple[AnswerFact, bool]]:
    """Every answer, and whether it may be told."""
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
    """The answers to one question, and whether enough people gave each; free text is told or not as a whole."""
    if too_few(len(answers)):
        return [(answer, False) for answer in answers]
    if answers[0].kind == "text":
        return [(answer, True) for answer in answers]
    hidden = withheld(Counter(_choice(answer) for answer in answers))
    return [(answer, _choice(answer) not in hidden) for answer in answers]


def _choice(answer: AnswerFact) -> str:
    """What is counted together: the same number, or the same word."""
    return str(answer.number) if answer.number is not None else (answer.text or "").casefold()


def _alone(facts: Facts) -> set[UUID]:
    """Those who answered the paired question once only, where they are one to four."""
    before, after = (
        {answer.person for answer in facts.answers if answer.question == PAIRED and answer.wave == wave}
        for wave in (BEFORE, AFTER)
    )
    alone = before ^ after
    return alone if before & after and too_few(len(alone)) else set()
