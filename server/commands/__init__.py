"""The commands of `plenary`, a module each, with `add_arguments(parser)` and `run(arguments, settings) -> int`.

`run` returns the exit code.
"""


class UsersError(Exception):
    """An error that the user can mend; it is printed as one line without a stack trace, with exit code 2."""
