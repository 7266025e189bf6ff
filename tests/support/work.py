"""What a call costs, counted and not timed: the same however loaded the machine is."""

import sys


def work(function, *arguments):
    """Calls of Python and C functions that a call makes, up to its end or its exception.

    Returns: their number; what the call returns is dropped, what it raises is raised.
    """
    return measured(function, *arguments)[1]


def measured(function, *arguments):
    """What a call returns, and the calls of Python and C functions that it makes."""
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    previous = sys.getprofile()
    sys.setprofile(profile)
    try:
        found = function(*arguments)
    finally:
        sys.setprofile(previous)
    return found, count
