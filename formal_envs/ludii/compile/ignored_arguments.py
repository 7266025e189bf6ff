"""What the engine would ignore is refused: arguments that change how a game is played and have no meaning yet."""

from __future__ import annotations

from functools import cache

from formal_envs.ludii.language.tree import contents
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node, Signature

#: Arguments that the engine would ignore, by slug ("" is every ludeme) and slot, and what they ask for. Refused,
#: unless they say what the engine does anyway (see ``_harmless``).
IGNORED = {
    ("set_hidden", "level"): "what is hidden of one piece of a stack",
    ("start_set_hidden", "level"): "what is hidden of one piece of a stack",
    ("is_hidden", "level"): "what is hidden of one piece of a stack",
    ("", "trail"): "trails",
    ("max_captures", "withValue"): "values of pieces",
    ("max_moves", "withValue"): "values of pieces",
    ("then", "applyAfterAllMoves"): "consequences that wait for all moves",
    ("", "isVisible"): "what a player sees of a line or a group",
    ("last_levelfrom", "afterConsequence"): "levels after the consequences",
    ("last_levelto", "afterConsequence"): "levels after the consequences",
    ("count", "name"): "names of what is counted; write (count Pieces ..)",
    ("count_sites", "name"): "names of containers",
    ("count_adjacent", "name"): "names of containers",
    ("count_neighbours", "name"): "names of containers",
    ("count_orthogonal", "name"): "names of containers",
    ("count_diagonal", "name"): "names of containers",
    ("count_off", "name"): "names of containers",
    ("expand", "container"): "places of other containers",
    ("expand", "containerName"): "places of other containers",
    ("is_loop", "path"): "paths on tiles",
    ("is_loop", "region"): "several places to begin at",
    ("tile", "walk"): "pieces that cover several sites",
    ("tile", "walks"): "pieces that cover several sites",
    ("count_steps", "newRotation"): "turns on the way",
    ("sites_distance", "newRotation"): "turns on the way",
    ("site_from", "at"): "places of other times",
    ("count_adjacent", "in"): "neighbours of a region",
    ("count_neighbours", "in"): "neighbours of a region",
    ("count_orthogonal", "in"): "neighbours of a region",
    ("count_diagonal", "in"): "neighbours of a region",
    ("count_off", "in"): "neighbours of a region",
    ("is_connected", "regionTypeStatic"): "regions of such a kind",
    ("is_blocked", "regionTypeStatic"): "regions of such a kind",
    ("enclose", "between"): "enclosed empty places",
    ("remove", "count"): "some of the pieces of a site",
    ("move_remove", "count"): "some of the pieces of a site",
    ("step", "to"): "a region to step to; write a condition (to if:..)",
    ("move_step", "to"): "a region to step to; write a condition (to if:..)",
    ("shoot", "to"): "a region to shoot at; write a condition (to if:..)",
    ("move_shoot", "to"): "a region to shoot at; write a condition (to if:..)",
}

#: What moves, counts or changes pieces, and has no known meaning where these stand on each other.
_NOT_ON_STACKS = frozenset(
    {
        *("sow", "set_count", "start_set_count", "takecontrol", "take_control", "swap_pieces", "move_swap_pieces"),
        *("push", "attract", "rotation", "set_rotation", "move_set_rotation", "place_random"),
    }
)
#: Arguments without a known meaning there.
_NOT_GIVEN_ON_STACKS = frozenset({("remove", "at"), ("move_remove", "at")})


def _takes_empty(condition: Node | None) -> bool:
    """Whether a condition plainly holds for some empty sites: it is or offers ``(is Empty ..)``, or denies another."""
    if not isinstance(condition, Call):
        return False
    slug = condition.signature.slug
    if slug in ("and", "and_all"):
        parts = [arg for arg in contents(condition) if isinstance(arg, Call)]
        return any(part.signature.slug == "is_empty" for part in parts) or all(map(_takes_empty, parts))
    if slug in ("or", "or_all"):
        return any(_takes_empty(arg) for arg in contents(condition))
    if slug == "not":
        return not _takes_empty(condition.args[0])
    return slug == "is_empty"


def _all_around(region: Node) -> bool:
    """Whether a region holds every site that a step may lead to."""
    if not isinstance(region, Call) or region.signature.slug != "sites_around":
        return False
    site, *others = [arg for arg in region.args if arg is not None]
    return not others and isinstance(site, Call) and site.signature.slug == "site_from"


def _harmless(slug: str, name: str, arg: Node, stacks: bool) -> bool:
    """Whether an argument of ``IGNORED`` asks for nothing that the engine does not do."""
    if isinstance(arg, Call) and name == "between":
        return not _takes_empty(arg["if_"])
    if isinstance(arg, Call) and name == "to":
        region, steps = arg["region"], slug.endswith("step")
        return arg["site"] is None and (region is None or (steps and _all_around(region)))
    if name == "count":  # a removal empties its site, as it does in Ludii: also where 1, the default, is said
        return stacks or arg == Leaf("int", 1) or (isinstance(arg, Call) and arg.signature.slug == "count")
    if name == "regionTypeStatic":
        return isinstance(arg, Leaf) and arg.value in ("Corners", "Sides", "SidesNoCorners", "AllSites", "Diagonals")
    return isinstance(arg, Leaf) and arg.value in (False, 0)


@cache
def _ignored(signature: Signature) -> tuple[tuple[int, str, str], ...]:
    """Index, name and meaning of the arguments in ``IGNORED`` that a ludeme may have."""
    slug = signature.slug
    keys = [(slug if (slug, name) in IGNORED else "", name) for name in signature.slot]
    return tuple((index, key[1], IGNORED[key]) for index, key in enumerate(keys) if key in IGNORED)


def may_be_ignored(signature: Signature) -> bool:
    """Whether anything that a ludeme may say is ignored in some game."""
    pairs = {(signature.slug, name) for name in signature.slot}
    return bool(_ignored(signature)) or signature.slug in _NOT_ON_STACKS or not pairs.isdisjoint(_NOT_GIVEN_ON_STACKS)


def ignored_argument(call: Call, stacks: bool = False) -> tuple[Node, str] | None:
    """The first argument of the ludeme that the engine would ignore, and what it asks for; None where all is well.

    Args:
        call: the ludeme.
        stacks: whether pieces of the game stand on each other: a removal takes some of them, and some ludemes, which
            are given back themselves, have no known meaning.
    """
    signature = call.signature
    if stacks and signature.slug in _NOT_ON_STACKS:
        return call, f"{signature.name} in a game with stacks of pieces"
    for index, name in enumerate(signature.slot) if stacks else ():
        if (signature.slug, name) in _NOT_GIVEN_ON_STACKS and call.args[index] is not None:
            return call, f"{signature.name} with {name}: in a game with stacks of pieces"
    for index, name, meaning in _ignored(signature):
        arg = call.args[index]
        if arg is not None and not _harmless(signature.slug, name, arg, stacks):
            return arg, f"{signature.name} with {name.rstrip('_')}: {meaning}"
    return None
