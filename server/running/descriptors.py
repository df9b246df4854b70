"""The limit of open files, sockets among them, that the kernel sets for this process."""

import resource


def raise_limit() -> int:
    """Raise the limit as far as the kernel lets us, for us and our children. Returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def left_after(descriptor: int) -> int:
    """The number of descriptors above this one: the kernel gives the lowest free one, so the newest tells how many."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft - descriptor - 1
