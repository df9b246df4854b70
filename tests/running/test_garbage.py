"""The settings of Python's garbage collector in a process that serves."""

import subprocess
import sys

ASK = """
import gc, server.app
from server.running import garbage
garbage.settle()
print(gc.get_freeze_count() > 10_000, gc.isenabled())
print(gc.get_threshold() == (garbage.YOUNG, garbage.MIDDLE, garbage.OLD))
"""


def test_what_start_up_made_is_left_out_and_the_rest_still_looked_through():
    answer = subprocess.run((sys.executable, "-c", ASK), capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["True", "True", "True"]
