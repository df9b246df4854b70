"""The words of free-text answers, for a word cloud: counted by people, and shown from five people on."""

import re
from collections import Counter
from collections.abc import Iterable

from server.surveys.suppression import THRESHOLD

MOST = 40
"""Words in the cloud, at most."""
WORD = re.compile(r"[^\W\d_]{3,}(?:['’-][^\W\d_]+)*")
COMMON_WORDS = (
    "about after all also and any are because been being but can could did does doing each for from get got "
    "had has have having her here him his how into its just like made make many more most much not now off one "
    "only other our out over really she should some such than that the their them then there these they thing "
    "things this those through too two under very was way were what when where which while who why will with "
    "within would you your learned learnt learning"
)
"""English stop words, which a cloud leaves out."""
COMMON = frozenset(COMMON_WORDS.split())


def words(texts: Iterable[str]) -> dict[str, int]:
    """The number of texts (people) that use each word but the stop words, commonest first; none below five people."""
    people = Counter(word for text in texts for word in set(WORD.findall(text.casefold())) - COMMON)
    often = ((word, number) for word, number in people.items() if number >= THRESHOLD)
    return dict(sorted(often, key=lambda pair: (-pair[1], pair[0]))[:MOST])
