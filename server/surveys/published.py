"""The questions that every event asks: one of them at registration, all of them after the event.

Their answers were published for the event on which Plenary is modelled, so conferences can be compared.
"""

from dataclasses import dataclass

SCALE = range(0, 11)
"""The answers that a scale offers, 0 to 10."""
STARS = range(1, 6)
"""The answers that stars offer, 1 to 5."""

BEFORE = "before"
AFTER = "after"
PAIRED = "understanding"
"""The name of the question that both waves ask."""
LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """A question of a survey. In its text, `{subject}` stands for the body that plans, as the event names it."""

    name: str
    kind: str
    text: str
    choices: tuple[str, ...] = ()
    low_label: str = ""
    high_label: str = ""
    required: bool = True


UNDERSTANDING = PublishedQuestion(
    PAIRED,
    "scale",
    "How well do you understand what {subject} is planning to achieve?",
    low_label="Not at all",
    high_label="Completely",
)
YES_MAYBE_NO = ("yes", "maybe", "no")
YES_NO = ("yes", "no")

QUESTIONS: dict[str, tuple[PublishedQuestion, ...]] = {
    BEFORE: (UNDERSTANDING,),
    AFTER: (
        UNDERSTANDING,
        PublishedQuestion("stars_content", "stars", "How would you rate the content?"),
        PublishedQuestion("stars_speakers", "stars", "How would you rate the quality of the speakers?"),
        PublishedQuestion("stars_platform", "stars", "How would you rate the virtual platform?"),
        PublishedQuestion("watch_later", "choice", "Will you watch sessions on demand later?", YES_MAYBE_NO),
        PublishedQuestion(
            "recommend", "choice", "Would you recommend catching up on the sessions to colleagues?", YES_MAYBE_NO
        ),
        PublishedQuestion("attend_again", "choice", "Would you like to attend another conference like this?", YES_NO),
        PublishedQuestion("new_contact", "choice", "Did you make a new contact as a result of attending?", YES_NO),
        PublishedQuestion(LEARNED, "text", "What have you learnt as a result of the conference?", required=False),
    ),
}
