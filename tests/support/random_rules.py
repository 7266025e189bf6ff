"""Random games that are well typed: any ludeme that the engine plays, any role, numbers of every size."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from formal_envs.ludii.compile.ignored_arguments import IGNORED
from formal_envs.ludii.engine.headers import functions
from formal_envs.ludii.language.signatures import ENUMS, LANGUAGE, SIGNATURES
from formal_envs.ludii.language.typed_tree import Param, Signature

FAR = [-(2**31) + 1, -1, 0, 8, 9, 16, 17, 31, 32, 33, 63, 64, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1]
NAMES = {
    "coordinate": ['"A1"', '"B2"', '"Z99"'],
    "trackName": ['"T"'],
    "regionName": ['"R"'],
    "phaseName": ['""'],
    "containerName": ['"Hand"', '"Board"'],
}
PIECES = ['"A"', '"A1"', '"N"', '"Seed"']
REST = {"startRule": "(set Score Each 1)", "region": "(sites Board)", "moves": "(move Pass)", "outcome": "(byScore)"}
BY_TYPE: dict[str, list[Signature]] = {}
for _slug in functions():
    BY_TYPE.setdefault(SIGNATURES[_slug].result, []).append(SIGNATURES[_slug])


class Writer:
    """Writes ludemes of a type; beyond ``depth`` the shortest ones."""

    def __init__(self, random: Random):
        self.random = random

    def text(self, type_: str, depth: int) -> str:
        """Something of the type."""
        if type_.startswith("{"):
            return (
                "{" + " ".join(self.text(type_[1:-1], depth - 1) for _ in range(self.random.choice([1, 1, 2, 3]))) + "}"
            )
        atom = self.random.choice(sorted(LANGUAGE.atoms(type_)))
        return (self.literal(type_, atom) if self.random.random() < 0.4 or depth < 1 else None) or self.ludeme(
            type_, atom, depth
        )

    def literal(self, type_: str, atom: str) -> str | None:
        """A number, string or keyword of the atom, None where it has none."""
        choose = self.random.choice
        if type_ in ("pieceName", "componentName"):
            return choose(PIECES[type_ == "componentName" :])
        if atom in ("int", "integer"):
            return str(choose(FAR) if self.random.random() < 0.4 else self.random.randrange(10))
        plain: dict[str, Callable[[], str]] = {
            "bool": lambda: choose(["True", "False"]),
            "flag": lambda: choose(["True", "False"]),
            "float": lambda: choose(["0.5", "2.0", "-1.0"]),
            "string": lambda: choose(NAMES.get(type_, ['"E"', '"Yes"', '"Hand"', '"M"'])),
        }
        if atom in plain:
            return plain[atom]()
        return choose(ENUMS[atom]) if atom in ENUMS else None

    def ludeme(self, type_: str, atom: str, depth: int) -> str:
        """A ludeme of the type, else a literal."""
        atoms = [atom, *sorted(LANGUAGE.atoms(type_))]
        known = next((BY_TYPE[each] for each in atoms if each in BY_TYPE), None)
        if known is None or depth < -4:
            return next((text for each in atoms if (text := self.literal(type_, each))), REST.get(type_, "0"))
        signature = self.random.choice(known)
        if depth < 1:
            least = [s for s in known if all(p.optional for p in s.params)]
            signature = self.random.choice(least or [min(known, key=lambda s: len(s.params))])
        words = [signature.head, *([signature.selector] if signature.selector else [])]
        for slots in signature.positions:
            params = [p for p in (signature.params[slot] for slot in slots) if not self.ignored(signature, p)]
            if not params or (params[0].optional and self.random.random() < (0.5 if depth > 0 else 1.0)):
                continue
            param = self.random.choice(params)
            words.append((f"{param.label}:" if param.label else "") + self.text(param.type, depth - 1))
        return f"({' '.join(words)})"

    def ignored(self, signature: Signature, param: Param) -> bool:
        """Whether the engine would refuse the argument as one that it does not heed."""
        return param.optional and ((signature.slug, param.slot) in IGNORED or ("", param.slot) in IGNORED)

    def game(self) -> str:
        """A game on one of some boards, with pieces, hands, a track, a region and a map."""
        random, text = self.random, self.text
        players = random.choice([1, 2, 2, 2, 3, 16])
        board = random.choice(["(square 3)", "(square 3) use:Vertex", "(hex 2)", "(square 9)", "(tri 3)", "(square 1)"])
        items = [
            f'(board {board} (track "T" "0,E,N,W" loop:True))',
            f'(piece "A" Each {random.choice(["", "N", "E"])} {text("moves", 2)})',
            '(piece "N" Neutral) (piece "Seed" Shared)',
            f"(hand Each size:{random.choice([1, 3, 9])})",
            f'(regions "R" {random.choice(["P1", "P9", "Neutral", ""])} {text("region", 2)})',
            f'(map "M" {{(pair {random.choice(FAR)} {random.choice(FAR)}) (pair P1 3)}})',
        ]
        start = [f'(place "A1" {text("int", 1)} count:{text("int", 1)})', *(text("startRule", 2) for _ in range(2))]
        ends = " ".join(text("endRule", 3) for _ in range(2))
        plays = f"(or {{(move Add (to (sites Empty)) (then {text('effect', 3)})) {text('moves', 4)} (forEach Piece)}})"
        return (
            f'(game "G" (players {players}) (equipment {{{" ".join(items)}}}) '
            f"(rules (start {{{' '.join(start)}}}) (play {plays}) (end {{{ends}}})))"
        )
