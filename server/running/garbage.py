"""When Python looks for garbage: seldom, and never among what start-up made.

A connection is some hundred objects that live for hours. By default Python walks through all of them again and again
while a crowd arrives: at ten thousand connections each walk stops the server for hundreds of milliseconds.
"""

import gc

YOUNG = 50_000
"""So many new objects before the youngest are looked through: some ten ticks' worth, a few milliseconds."""
MIDDLE, OLD = 20, 100
"""After so many rounds of the generation before. A walk through everything comes after a hundred million objects."""


def settle() -> None:
    """Once everything that lasts is loaded: leave it out for good, and look through the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
