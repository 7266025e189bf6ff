"""Cases of tests: their names, the same in every process because those that run side by side compare them; options."""

import re


def case_name(value):
    """A value as text, without the address of an object."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


def many_problems(env_id):
    """Options under which an environment hardly asks twice the same: there are only 121 sums of two terms."""
    return {"parts": "FormalArith-v0 terms=6..7"} if env_id == "FormalMix-v0" else {}
