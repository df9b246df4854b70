"""Settings of Python's garbage collector: it runs seldom, and never looks at the objects that start-up made.

A connection is some hundred objects that live for hours. By default Python walks through all of them again and again
while a crowd arrives: at ten thousand connections each walk stops the server for hundreds of milliseconds.
"""

import gc

YOUNG = 50_000
"""New objects between two looks at the youngest generation: about ten ticks of them, a look of a few milliseconds."""
MIDDLE, OLD = 20, 100
"""Looks at the generation before, between two looks at this one. All objects are looked at every hundred million."""


def settle() -> None:
    """Leave out every object that exists now for good, and look at later ones seldom. Called once start-up is over."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
