"""Sheets of what people said: the questions, and those answers that may be told."""

from collections.abc import Iterator

from server.analytics.anonymity import WITHHELD
from server.analytics.export.sheets import Column, Sheet
from server.analytics.export.telling import Telling
from server.analytics.verbatims import tellable

ASKED = Column("survey", "before or after: the wave in which it was asked.")


def sheets(told: Telling) -> Iterator[Sheet]:
    """Questions, answers."""
    yield questions(told)
    yield answers(told)


def questions(told: Telling) -> Sheet:
    columns = [
        ASKED,
        Column("question", "The question's name, as other sheets and the figures use it."),
        Column("kind", "scale (0 to 10), stars (1 to 5), choice or text."),
        Column("text", "What was asked."),
        Column("choices", "The choices offered."),
    ]
    rows = [(*row[:4], ", ".join(row.choices)) for row in told.records.questions]
    return Sheet("questions", "One row for each question.", columns, rows)


def answers(told: Telling) -> Sheet:
    """Without times: they would lead to the registration made in the same moment."""
    columns = [
        Column(
            "respondent", "A pseudonym of its own: it leads to no person in any other sheet, and pairs the surveys."
        ),
        ASKED,
        Column("question", "The question's name; see the sheet questions."),
        Column("number", "The answer to a scale or stars."),
        Column("text", f"The choice, or the words. {WITHHELD}: too few people said so, or it would tell of too few."),
        Column("withheld", "Whether the answer is withheld."),
    ]
    rows = [
        (
            told.respondent(answer.person),
            answer.wave,
            answer.question,
            answer.number if may_be_told else None,
            answer.text if may_be_told else WITHHELD,
            not may_be_told,
        )
        for answer, may_be_told in tellable(told.records.facts)
    ]
    about = "One row for each answer, by pseudonym, with no time and nothing about the person."
    return Sheet("answers", about, columns, sorted(rows, key=str))
