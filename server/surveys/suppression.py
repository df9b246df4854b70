"""Statistical disclosure control: the choice of the numbers to withhold because too few people stand behind them.

The rule is a threshold with secondary suppression, as in Hundepool et al., *Statistical Disclosure Control*
(Wiley, 2012), chapter 4: a small cell is withheld, and so are cells from which it could be found by subtraction.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

THRESHOLD = 5
"""The least number of people behind a number that is shown."""


def too_few(people: int) -> bool:
    """True for a group below the threshold, but not for an empty one, which discloses nobody."""
    return 0 < people < THRESHOLD


def withheld(cells: Mapping[K, int], anyway: Collection[K] = ()) -> frozenset[K]:
    """The cells of a set to withhold when the set's total may be known. Cells count people.

    Primary suppression withholds every cell of one to four people, and the cells named in `anyway`. Secondary
    suppression then adds the smallest other cells until at least two cells and at least five people are withheld, so
    that subtracting the shown cells from the total discloses no group below the threshold. When the whole set does not
    reach that, all of it is withheld.
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
    """True when figures of a group and of the whole around it would disclose a group or a remainder of one to four."""
    return too_few(group) or too_few(total - group)
