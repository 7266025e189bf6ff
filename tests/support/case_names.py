"""Names of cases that are the same in every process: those that run tests side by side compare them."""

import re


def case_name(value):
    """A value as text, without the address of an object."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))
