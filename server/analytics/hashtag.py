"""Uses of the event's hashtag, counted from the imported posts."""

from collections import Counter
from collections.abc import Iterator

from server.analytics.facts import Facts
from server.analytics.figures import Figure, breakdown, count


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about the hashtag."""
    impressions = sum(row.impressions for row in facts.mentions)
    yield count("hashtag_mentions", len(facts.mentions))
    yield Figure("hashtag_impressions", impressions, impressions, len(facts.mentions))
    networks = Counter(row.network for row in facts.mentions)
    yield breakdown("hashtag_mentions_by_network", dict(sorted(networks.items())))
