"""Which numbers may not be shown because too few people stand behind them (statistical disclosure control).

The rule is a threshold with secondary suppression, as in Hundepool et al., *Statistical Disclosure Control*
(Wiley, 2012), chapter 4: a small cell is withheld, and so is what would give it away by subtraction.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

THRESHOLD = 5
"""People behind a number before it is shown."""


def too_few(people: int) -> bool:
    """Whether a group is real but too small to speak of; nobody at all gives nobody away."""
    return 0 < people < THRESHOLD


def withheld(cells: Mapping[K, int], anyway: Collection[K] = ()) -> frozenset[K]:
    """The cells of a set to withhold when the set's total may be known. Cells count people.

    Every cell of one to four people is withheld, and those that must be `anyway`; then the smallest others join
    them until what is withheld is at least two cells and at least five people, so that subtracting what is shown
    from the total tells of no group below the threshold. When the whole set is smaller, all of it is withheld.
    """
    hidden = {cell for cell, people in cells.items() if too_few(people) or cell in anyway}
    if not hidden:
        return frozenset()
    shown = sorted((cell for cell in cells if cell not in hidden), key=lambda cell: cells[cell] or float("inf"))
    for cell in shown:
        if len(hidden) > 1 and not too_few(sum(cells[each] for each in hidden)):
            break
        hidden.add(cell)
    return frozenset(hidden)


def gives_away(group: int, total: int) -> bool:
    """Whether figures of a group and of the whole it lies in tell of too small a rest (or of too small a group)."""
    return too_few(group) or too_few(total - group)
