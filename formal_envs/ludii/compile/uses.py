"""What the rules of a game ask of a state: which parts of it, which types of sites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.ignored_arguments import ignored_argument
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.interface import USES
from formal_envs.ludii.language.tree import calls, child, contents, items
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node, Signature

#: Ludemes that draw from chance.
_CHANCE = frozenset(
    {
        "roll",
        "random",
        "random_num",
        "value_random",
        "sites_random",
        "directions_random",
        "place_random",
        "place_random_stack",
    }
)
#: Ludemes that ask of a graph of edges and their ends.
_GRAPHS = (
    *("is_crossing", "is_path", "is_regulargraph", "is_spanningtree", "is_tree", "is_treecentre", "sites_crossing"),
    "edge_between",
)
#: In games on points (count Cell at:..) and the like ask of hands.
_HANDS_ARE_CELLS = ("count", "is", "site", "state", "what", "who")

_PROPOSALS = ("is_proposed", "is_decided", "move_propose", "propose", "move_vote", "vote")

_WIN, _LOSS = Leaf("resultType", "Win"), Leaf("resultType", "Loss")


@dataclass(frozen=True)
class Uses:
    """Bits of ``USES``, the site types that the rules name besides the board's own, what is proposed and voted for."""

    flags: int
    site_types: tuple[str, ...]
    proposals: tuple[str, ...]


def read_uses(source: Source, board: Board) -> Uses:
    """What the whole tree of a game uses.

    Raises:
        GameError: stage "unsupported" (an argument that the engine would ignore).
    """
    flags = USES["CHANCE_START"] if _draws(child(child(source.game, "rules"), "start")) else 0
    flags |= USES["STACK"] if any(map(_stacks, calls(source.game))) else 0
    site_types: set[str] = set()
    proposals: dict[str, int] = {}  # and where each stands first
    for call in calls(source.game):
        if ignored := ignored_argument(call, stacks=flags & USES["STACK"] != 0):
            raise source.error("unsupported", f"unsupported: {ignored[1]}", ignored[0])
        if call.signature.slug == "mode" and isinstance(mode := call.args[0], Leaf) and mode.value != "Alternating":
            raise source.error(
                "unsupported", f"unsupported: mode {mode.value}, players move together or not at all", call
            )
        flags |= _flags(call)
        if call.signature.slug in _PROPOSALS:
            for leaf in (leaf for arg in call.args[:2] for leaf in items(arg) if isinstance(leaf, Leaf)):
                name = str(leaf.value)
                proposals[name] = min(leaf.start, proposals.get(name, leaf.start))
        if named := _unknown(call):
            raise source.error("unsupported", f"unsupported: {named}", call)
        if call.signature.head == "intersection" and _mixes_types(call, board.site_type):
            raise source.error("unsupported", "unsupported: intersection of sites of two types, by their numbers", call)
        if call.signature.slug in _GRAPHS:
            site_types |= {"Vertex", "Edge"}
        for arg in call.args:
            if (
                isinstance(arg, Leaf)
                and arg.type == "siteType"
                and (arg.value != "Cell" or call.signature.head not in _HANDS_ARE_CELLS)
            ):
                site_types.add(str(arg.value))
    return Uses(
        flags, tuple(sorted(site_types - {board.site_type})), tuple(sorted(proposals, key=proposals.__getitem__))
    )


def _unknown(call: Call) -> str | None:
    """What it says that is read, but whose meaning no record has settled."""
    slug, args = call.signature.slug, call.args
    if slug == "is_threatened" and not any(args):
        return "is Threatened of nothing named"
    if slug == "result" and args[0] == Leaf("roleType", "All") and args[1] in (_WIN, _LOSS):
        return f"result All {'Win' if args[1] == _WIN else 'Loss'}"
    return None


def _mixes_types(call: Call, default: str) -> bool:
    """Whether it plainly asks which numbers two types of sites share, as numbers here are of one type each."""
    found = set()
    for part in contents(call):
        if isinstance(part, Call) and "siteType" in part.signature.slot:
            of = part["siteType"]
            found.add(of.value if isinstance(of, Leaf) else default)
    return len(found) > 1


def _draws(node: Node | None) -> bool:
    """Whether anything in it is drawn from chance."""
    return any(call.signature.slug in _CHANCE for call in calls(node))


def _flags(call: Call) -> int:
    flags, count = _flags_of(call.signature)
    slug, args = call.signature.slug, call.args
    if count is not None and args[count] is not None:
        flags |= USES["COUNT"]
    if slug == "tracksite_move":
        flags |= USES["STEPS_ON_TRACKS"]
    if slug == "no_moves" and args[0] != Leaf("roleType", "Next"):
        flags |= USES["STUCK"]
    if slug == "passend" and args[0] == Leaf("passEndType", "NoEnd"):
        flags |= USES["PASS_RULES"]
    if call.signature.head == "slide" or slug == "move_slide":
        flags |= USES["ALL_TRACKS"] if Leaf("string", "AllTracks") in args else 0
    for arg in args:
        if isinstance(arg, Leaf) and arg.value == "EndOfTurn":
            flags |= USES["SEQUENCE_CAPTURE"]
    return flags


#: What tells that pieces stand on each other: ludemes, and arguments unless they are false.
_STACK_LUDEMES = ("place_stack", "place_random_stack", "size_stack", "toplevel", "level", "foreach_level")
_STACK_ARGUMENTS = ("stack", "level", "largeStack")


def _stacks(call: Call) -> bool:
    """Whether a ludeme makes a game one of stacks, as Ludii has it; ``top:`` alone does not."""
    named = zip(call.signature.slot, call.args, strict=True)
    return call.signature.slug in _STACK_LUDEMES or any(
        name in _STACK_ARGUMENTS and arg is not None and not (isinstance(arg, Leaf) and arg.value is False)
        for name, arg in named
    )


@cache
def _flags_of(signature: Signature) -> tuple[int, int | None]:
    """What a ludeme uses whatever its arguments are, and the index of the one that uses counts of pieces if given."""
    slug, head = signature.slug, signature.head
    labels = [param.label for param in signature.params]
    count = labels.index("count") if "count" in labels and head != "payoff" else None
    if slug in _CHANCE:
        return USES["CHANCE"], count
    if "hidden" in slug:
        return USES["HIDDEN"], count
    if head == "dice":
        return USES["CHANCE"] | USES["COUNT"] | USES["PASS_RULES"], count
    if head in ("hand", "sow", "mancalaBoard") or slug.startswith("set_count"):
        return USES["COUNT"], count
    if slug.startswith("is_visited"):
        return USES["VISITED"], count
    if slug.startswith(("is_repeat", "is_cycle")):
        return USES["HISTORY"], count
    return {"sites_lastto": USES["ARRIVED"], "last_between": USES["BETWEEN"], "all_passed": USES["PASS_RULES"]}.get(
        slug, 0
    ), count
