"""The expressions of at most so many characters, as a grammar."""

from __future__ import annotations

from functools import lru_cache

from formal_envs.languages.mask_grammar import OPTIONS, Continuation


@lru_cache(256)
def continuation(letters: str, longest: int) -> Continuation:
    """Expressions of these letters whose length is at most this, a rule for each kind and length."""
    lines = [OPTIONS, f"letter: {' | '.join(f'{chr(34)}{each}{chr(34)}' for each in letters)}"]
    lines += ['sign: "*" | "+" | "?"']
    for size in range(1, longest + 1):
        atom = ["letter"] if size == 1 else [f'"(" either{size - 2} ")"'] if size > 2 else []
        part = [f"atom{size}"] if atom else []
        part += [f"atom{size - 1} sign"] if size == 2 or size > 3 else []
        pair = [f"part{size}", *(f"row{left} part{size - left}" for left in range(1, size))]
        choice = [f"row{size}", *(f'either{left} "|" row{size - 1 - left}' for left in range(1, size - 1))]
        kinds = {"atom": atom, "part": part, "row": pair, "either": choice}
        lines += [f"{kind}{size}: {' | '.join(ways)}" for kind, ways in kinds.items() if ways]
    lines.append(f"start: {' | '.join(f'either{size}' for size in range(1, longest + 1))}")
    return Continuation("\n".join(lines))
