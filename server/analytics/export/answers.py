"""Sheets of the surveys: the questions, and the answers that may be shown."""

from collections.abc import Iterator

from server.analytics.anonymity import WITHHELD
from server.analytics.export.sheets import Column, Sheet
from server.analytics.export.telling import Telling
from server.analytics.verbatims import tellable

ASKED = Column("survey", "before or after: the wave in which the question was asked.")


def sheets(told: Telling) -> Iterator[Sheet]:
    """The sheets `questions` and `answers`."""
    yield questions(told)
    yield answers(told)


def questions(told: Telling) -> Sheet:
    columns = [
        ASKED,
        Column("question", "The question's name, as other sheets and the figures use it."),
        Column("kind", "scale (0 to 10), stars (1 to 5), choice or text."),
        Column("text", "The question as it was asked."),
        Column("choices", "The choices offered."),
    ]
    rows = [(*row[:4], ", ".join(row.choices)) for row in told.records.questions]
    return Sheet("questions", "One row for each question.", columns, rows)


def answers(told: Telling) -> Sheet:
    """The answers without their times: a time would lead to the registration made at the same moment."""
    columns = [
        Column(
            "respondent",
            "A pseudonym that no other sheet uses. It is the same in both surveys, so that answers can be paired.",
        ),
        ASKED,
        Column("question", "The question's name; see the sheet questions."),
        Column("number", "The answer to a scale or stars."),
        Column(
            "text",
            f"The choice, or the words. {WITHHELD}: fewer than five people gave this answer, or another such answer "
            "could be worked out from it.",
        ),
        Column("withheld", "True when the answer is withheld."),
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
