"""What `plenary …` does: a module per command, with `add_arguments(parser)` and `run(arguments, settings) -> int`."""


class UsersError(Exception):
    """Something the user can mend: printed as one line without a stack trace, exit code 2."""
