"""What C and Python must agree on, each thing once: limits, failures, the state, moves, the bytecode, the functions.

``headers.py`` writes ``interface.h`` from these tables, with their comments: the engine is compiled with it, and those
who read the C read it. Sizes and offsets are computed here and asserted there. The keywords and ludemes of the language
are such a table too, the signatures, from which it writes ``ludemes.h``.
"""

from __future__ import annotations

import ctypes
import re
import struct
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from formal_envs.ludii.language.names import MAX_PLAYERS
from formal_envs.ludii.language.signatures import ENUMS

# ---------------------------------------------------------------- limits
MAX_PENDING, MAX_REMEMBERED, MAX_DICE, N_DIGESTS = 64, 256, 16, 2
MAX_LEVELS = 2_048
MAX_GAME_MOVES, MAX_GAME_TURNS = 10_000, 1_250
MAX_SOLVED_PLIES = 60
LIMITS = {
    "MAX_PLAYERS": (MAX_PLAYERS, "as many as there are roles P1, P2 .."),
    "MAX_PENDING": (MAX_PENDING, "values that wait for the next turn; more are forgotten"),
    "MAX_REMEMBERED": (MAX_REMEMBERED, "pairs of a name and a value"),
    "MAX_LEVELS": (MAX_LEVELS, "pieces beneath others, in all stacks together"),
    "MAX_DICE": (MAX_DICE, "of a game; the most known has 7"),
    "MAX_SOLVED_PLIES": (MAX_SOLVED_PLIES, "how far ahead proofs look at most"),
    "N_DIGESTS": (N_DIGESTS, "64-bit numbers that a history has for a position: without and with who moves"),
    "MAX_GAME_MOVES": (MAX_GAME_MOVES, "of one game, whoever makes them, at which it is cut, as in Ludii"),
    "MAX_GAME_TURNS": (MAX_GAME_TURNS, "at which Ludii cuts one, and what (value TurnLimit) says"),
}

# ---------------------------------------------------------------- failures
#: Why the engine gave up, and what one is told: its functions return -1 minus the failure's place.
FAILURES = {
    "OK": "",
    "OUT_OF_WORK": "too much work in one game",
    "TOO_MANY_MOVES": "too many moves or effects in one turn",
    "NOT_THERE": "an effect on a place, a piece or a player that the game does not have",
    "NO_EFFECT": "an (apply ..) that says nothing to do, where something is to be done",
    "TOO_MUCH_MEMORY": "too much memory for what the game remembers",
    "TOO_DEEP": "looking ahead within looking ahead too deep",
    "BAD_BYTECODE": "its bytecode is not one that this version compiles",
}
#: What they return where Python handed over what is not a move or a state of the game, or a player that there is not.
REFUSALS = {"BAD_MOVE": -100, "BAD_STATE": -101, "BAD_PLAYER": -102}


# ---------------------------------------------------------------- the state
@dataclass(frozen=True)
class Field:
    """A number of a C struct, or ``count`` of them."""

    name: str
    comment: str = ""
    count: int = 0
    type: str = "i32"


_PLAYERS, _OWNERS = MAX_PLAYERS + 1, MAX_PLAYERS + 2  # by role: 0 is nobody; the last owner is Shared
#: The beginning of a state. Its memory follows: SITE_NUMBERS, a number per variable and track place, SETS; then, in
#: games with stacks of pieces, for each site where its levels begin, one number more for where the last ones end, the
#: marks that the last lowest piece of each site left, and MAX_LEVELS levels.
#: To look ahead, the numbers before rank2 are copied at once, what follows only when an action changes it. The last
#: field is what is remembered, copied in games that remember.
STATE = (
    Field("mover"),
    Field("previous"),
    Field("turn_before", "who had the turn before this one, 0 nobody"),
    Field("next"),
    Field("turn", "starts at 1; as in a snapshot"),
    Field("moves_in_turn"),
    Field("counter", "starts at -1"),
    Field("n_moves"),
    Field("over"),
    Field("winner", "0: nobody"),
    Field("active", "bit p: role p still plays"),
    Field("passes", "turns of passes only, one after the other up to now"),
    Field("last_from", "of the last move"),
    Field("last_to"),
    Field("last_level_from", "of the last move, in games with stacks; 0 where it names none"),
    Field("last_level_to"),
    Field("last_what"),
    Field("last_pass"),
    Field("previous_from", "of the move before it"),
    Field("previous_to"),
    Field("after_from", "of the last action that had one; of the consequences too, once all of them are done"),
    Field("after_to"),
    Field("last_decision", "action type of the last move"),
    Field("next_player", "who moves next if a rule said so, else 0"),
    Field("stuck", "bit p: when p was last to move, his rules gave him no move"),
    Field("temp"),
    Field("n_pending"),
    Field("proposed", "string id, -1 none"),
    Field("decided", "string id, -1 none"),
    Field("n_votes"),
    Field("pot"),
    Field("triggered", "bit p: an event, whatever its name, has been triggered for p"),
    Field("turn_start", "length of the history when this turn began"),
    Field("n_history", "positions seen so far; they lie in the context's history"),
    Field("stored", "a stored position's digest", type="u64"),
    Field("sum", "of the pieces, in games that compare positions: what a digest begins with", type="u64"),
    Field("seed", "what chance is drawn from until the next position; 0 in games without it", type="u64"),
    Field("n_told", "dice whose next roll is told"),
    Field("dice_equal", "the last roll showed one face"),
    Field("n_remembered"),
    Field("rank2", "twice the rank of each role, 0 while it plays", _PLAYERS),
    Field("phase", "", _PLAYERS),
    Field("score", "", _OWNERS),
    Field("player_value", "", _OWNERS),
    Field("agents", "after a swap: who plays each role", _PLAYERS),
    Field("team", "of each player: his own number, where the game has no teams", _PLAYERS),
    Field("amount", "of money", _PLAYERS),
    Field("votes", "string ids, in the order in which they were given", _PLAYERS),
    Field("told", "the faces that it shows, from 0", MAX_DICE),
    Field("dice", "values that the dice show, 0 once used", MAX_DICE),
    Field("pending", "", MAX_PENDING),
    Field("remembered", "pairs: name or -1, value", 2 * MAX_REMEMBERED),
)
#: What the memory of a state has for each site, an array after the other; of a stack its top.
SITE_NUMBERS = {
    "what": "component, 0 where empty",
    "who": "its owner",
    "count": "pieces",
    "state": "local state",
    "rotation": "",
    "value": "",
}
#: Then the sets of sites, as bits: these; in games with hidden information, for each of HIDDEN, one for each player of
#: what he does not see; one for each owner, 0 .. n_players + 1; one for each component.
SETS = {
    "empty": "",
    "occupied": "",
    "visited": "in this turn",
    "to_clear": "captured when the sequence ends",
    "arrived": "in the last move, where a game uses it",
    "between": "pieces that the last move went over, where a game uses it",
}

#: A piece beneath another one. Those of a site lie next to each other, the lowest first; the top is in SITE_NUMBERS.
LEVEL = (
    Field("what", type="i16"),
    Field("who", type="i16"),
    Field("state"),
    Field("rotation"),
    Field("value"),
)

#: What can be hidden: a site as a whole, or what the rules name of it.
HIDDEN = ("Site", *ENUMS["hiddenData"])

# ---------------------------------------------------------------- moves
#: The types of action, as one writes them.
ACTIONS = (
    *("Add", "Move", "Remove", "Promote", "Select", "Pass", "Swap", "Copy", "SetCount", "SetState", "SetRotation"),
    *("SetValue", "SetScore", "SetNextPlayer", "SetPending", "SetVar", "SetCounter", "SetTemp", "RememberValue"),
    *("ForgetValue", "SetValueOfPlayer", "Trigger", "Note", "Propose", "Vote", "Bet", "SetPot", "Mark", "StoreState"),
    *("Insert", "MoveAll", "StackMove"),
    *("RollDie", "UseDie", "SetDiceAllEqual", "SetHidden"),
)
#: Fields that an action does not use are 0 for what, 1 for count, OFF or UNDEFINED otherwise.
ACTION = (
    Field("type", "A_<type>", type="u8"),
    Field("decision", "a player chose it", type="u8"),
    Field("what", "component; or a player", type="i16"),
    Field("from"),
    Field("to"),
    Field("count"),
    Field("state"),
    Field("rotation"),
    Field("value"),
    Field("name", "string id; of what acts on stacks two levels, see context.h: an action has 32 bytes, not one more"),
)
MOVE = (
    Field("first", "its actions, in the order in which they are applied"),
    Field("n"),
    Field("decision", "which of them the player chose, counted from first"),
    Field("from", "what (last From) and (last To) say after it"),
    Field("to"),
    Field("mover"),
    Field("then", "consequences: a chain, -1 at its end"),
    Field("last_then"),
    Field("twice", "it is on the list twice, and ludemes around give each of the two a consequence twice"),
)
#: What is known of a random game.
PLAYOUT = (
    Field("winner", "0 nobody, -1 cut by a limit, -1 - failure"),
    Field("turns"),
    Field("moves"),
    Field("over"),
    Field("person", "as winner, by who began as which role: a swap changes the roles, not who wins"),
    Field("decisions", "moves with another legal one beside them"),
    Field("choices", "legal moves, summed over the positions in which one was made"),
    Field("covered", "of the n_board sites, those that held a piece at some time"),
)
#: What is known of a game of a match.
MATCH = (
    *PLAYOUT,
    Field("lead_changes", "how often another person than the last one led, as those who search say"),
    Field("drama", "millionths: how far the winner was behind, as they say; match.c has the formula"),
)

# ---------------------------------------------------------------- players
#: How they choose among the legal moves.
PLAYERS = {
    "random": "any, uniformly",
    "one_ply": "one that wins, else one after which nobody else can win at once, else any; uniformly among these",
    "uct": "by tree search with random games: uct.c",
}
PLAYER = (
    Field("kind", "PLAYER_<kind>"),
    Field("iterations", "of a search for one move"),
)

#: What is known of who wins by force; behind it the moves of a forced win, by their places on the lists.
SOLVED = (
    Field("winner", "-1 not known, 0 nobody, else the person: who began as that role"),
    Field("plies", "of the shortest forced win"),
    Field("depth", "plies looked ahead to the end"),
    Field("n_line", "moves behind this row"),
    Field("failure", "why it was given up"),
)
# ---------------------------------------------------------------- games for learners
#: Kinds of decision that have numbers, in the order of their numbers. Pieces are counted among those that the mover may
#: name there, sites without those of dice.
NUMBERED = {
    "Pass": "1",
    "Swap": "1 as (meta (swap)), else a pair of players",
    "Add": "a piece, its state or how many more where the rules choose them, a site",
    "Move": "from, to: of those pairs that the rules of a piece allow, if that is known",
    "Remove": "a site",
    "Select": "how it goes on, a site; or two sites",
    "Promote": "a piece, a site",
    "Rotate": "a site, a rotation",
    "Say": "what is proposed or voted for",
    "Bet": "a sum",
    "Next": "a player",
    "Other": "N_OTHERS, which all other decisions share by their digest",
}
#: What a number means, as far as its kind has it.
MEANING = (
    Field("kind", "NUMBERED_<kind>"),
    Field("from"),
    Field("to"),
    Field("what", "component; 0: the mover has no such piece"),
    Field("value", "state or pieces more, way to go on, rotation, sum, player, string id; of Other its place there"),
)
#: Sorts of planes besides one for each kind of piece.
PLANES = {
    "Beneath": "for each kind of piece: how many lie beneath the top, of 8",
    "Veiled": "for each owner, nobody and everybody: his piece, whose kind is hidden",
    "Count": "pieces, of 32",
    "State": "local state, of 16",
    "Rotation": "of 16",
    "Value": "of 16",
    "Unseen": "hidden as a whole",
    "Captured": "captured when the sequence ends",
    "Mover": "for each player but the last, as they follow each other: he is to move",
    "Seat": "the role that looks: 0 for the first, 1 for the last",
    "Again": "the turn goes on",
    "Score": "for each player: 1/2 at 0",
    "Phase": "for each phase: it is that of who is to move",
    "Dice": "for each die: what it shows, of its largest face; 0 once used",
    "From": "the last move came from there",
    "To": "it went there",
}
#: What is written of each game, a row for each: NumPy's type, and how long a row is.
VIEWS = {
    "planes": ("float32", "what the seat sees, in games of nobody's seat who is to move"),
    "last_planes": ("float32", "the same of a game that has ended in this step, at its end"),
    "mask": ("int8", "by number: 1, the decision is legal"),
    "reward": ("float64", "of the seat, or of who made the move"),
    "utilities": ("float64", "of each person; 0 while the game goes on"),
    "terminated": ("uint8", "the game has ended"),
    "truncated": ("uint8", "it was cut"),
    "mover": ("int32", "the person who is to move, 0 once the game is over"),
    "seat": ("int32", "the person whose decisions are told, 0: everybody's"),
    "winner": ("int32", "of a game that has ended in this step: a person, 0 nobody"),
    "length": ("int32", "its moves"),
    "fault": ("int32", "of a game that was cut in this step: a failure; FAULT_<name>, 0 none"),
}
SEATS = {"SEAT_ALL": 0, "SEAT_RANDOM": -1, "SEAT_IN_TURN": -2}
FAULTS = {"FAULT_ILLEGAL": -1, "FAULT_UNNUMBERED": -2}

# ---------------------------------------------------------------- the bytecode: integers that a game is compiled to
#: It begins with the number of sections, then has where each begins and how long it is.
SECTIONS = (
    *("COUNTS", "NODES", "ROOTS", "SITES", "RADIALS", "NEIGHBOURS", "STATIC_REGIONS", "SIDES", "INCIDENT"),
    *("COMPONENTS", "CONTAINERS", "TRACKS", "REGIONS", "PHASES", "NAMES", "FACING", "MAPS", "TRACK_NAMES", "DICE"),
)
COUNTS = (
    *("n_players", "n_sites", "n_board", "site_type", "uses", "repetition", "n_strings", "n_components"),
    *("n_containers", "n_tracks", "n_regions", "n_phases", "n_maps", "n_dice"),
    *(f"first_{name}" for name in ENUMS["siteType"]),
    *(f"n_{name}" for name in ENUMS["siteType"]),
)
#: A node of the tree; the numbers of its arguments' nodes follow, -1 where one is absent.
NODE = (
    Field("op", "the ludeme; -1 for constants, lists and (piece ..) of the equipment"),
    Field("kind", "the engine knows those of ludemes"),
    Field("type", "constants: TYPE_<type>, which says what value means"),
    Field("value"),
    Field("n", "arguments, or items of a list"),
)
KINDS = (
    *("CONSTANT", "INT_KIND", "BOOL_KIND", "REGION_KIND", "MOVES_KIND", "RULE_KIND", "ARRAY_KIND", "LIST", "PLAIN"),
)
#: What a game uses, as bits.
USES = MappingProxyType(
    {
        name: 1 << bit
        for bit, name in enumerate(
            [
                *("COUNT", "SWAP", "NO_REPEAT", "SEQUENCE_CAPTURE", "PASS_RULES", "VISITED", "HISTORY", "STUCK"),
                *("ARRIVED", "STACK", "CHANCE", "CHANCE_START", "BETWEEN", "HIDDEN", "STEPS_ON_TRACKS"),
                "ALL_TRACKS",
            ]
        )
    }
)
#: How two sites lie to each other: bits of radials, and lists of neighbours in this order.
RELATIONS = ENUMS["relationType"]
STATIC_REGIONS = (
    *("Top", "Bottom", "Left", "Right", "Corners", "ConcaveCorners", "ConvexCorners", "Outer", "Inner", "Perimeter"),
    *("Centre", "Major", "Minor", "Playable"),
)
PRIMITIVES = ("int", "float", "bool", "string")
#: What a constant can be: a number, or a keyword.
TYPES = {name: index for index, name in enumerate((*PRIMITIVES, *ENUMS))}

# ---------------------------------------------------------------- functions
#: What Python calls. What returns a number returns, where it failed, -1 - failure or BAD_STATE.
FUNCTIONS = {
    "Game *game_new(const i32 *bytecode, i64 length, i64 work, i32 *why)": (
        "A game from bytecode of so many integers, which must outlive it. On failure NULL, and *why says why."
    ),
    "void game_free(Game *g)": "",
    "i32 game_state_size(const Game *g)": "Bytes of a state.",
    "i32 context_place(Ctx *c, State *s, i64 bytes, i32 site, i32 what, i32 count, i32 state, i32 rotation, "
    "i32 value)": ("Puts pieces of their owner on a site, instead of what is there; what 0: none."),
    "Ctx *context_new(const Game *g)": "A workspace for one thread; NULL where there is no room.",
    "void context_free(Ctx *c)": "",
    "i32 context_initial(Ctx *c, State *s, i64 bytes, u64 seed, i64 work)": (
        "The start position, whose chance is drawn from the seed; its history is the context's."
    ),
    "i32 context_legal(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work)": (
        "The legal moves of a state: their number. history: the digests of the s->n_history positions before it."
    ),
    "const Move *context_moves(const Ctx *c)": "They themselves.",
    "const Action *context_actions(const Ctx *c)": "Theirs.",
    "i32 context_apply(Ctx *c, i32 index, i64 work)": (
        "One of the moves of the last context_legal, applied to the same state in place: 0, or BAD_MOVE too."
    ),
    "const Action *context_applied(const Ctx *c, i32 *n)": "What the last context_apply did, consequences too.",
    "const u64 *context_history(const Ctx *c)": "Of the state that was last played on.",
    "i64 context_perft(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 depth, i64 *ends, "
    "i64 n_ends, i64 work)": (
        "Sequences of exactly depth moves. ends, if not NULL, counts them: those that did not end the game, those that"
        " nobody won, those that player 1 .. n won."
    ),
    "i64 context_playouts(Ctx *c, u64 seed, i32 n, i32 max_turns, i32 max_moves, i64 work, i64 total, State *s, "
    "i64 bytes, i32 *out, i64 n_out)": (
        "Plays n random games, the last one on *s, each a row of PLAYOUT. work is for one game, total for all of them;"
        " returns how much was done."
    ),
    "i32 context_draw(Ctx *c, u64 seed, i64 work)": (
        "A legal move of the state of the last context_legal, drawn as in the random games of a search: its number on a"
        " new list, whose other moves need not be legal."
    ),
    "i32 context_choose(Ctx *c, const Player *player, u64 seed, i64 work)": (
        "Which of the moves of the last context_legal the player takes: its number. The list stays as it is."
    ),
    "i32 context_search(Ctx *c, i32 iterations, u64 seed, i64 work, f64 *rows, i64 n_rows, i32 *line, i32 n_line)": (
        "What a search finds of the last context_legal: the number of the best move; for each move how often it was"
        " visited, whether its value is proven, its value for person 1 .. n; and the best line, OFF behind its end."
    ),
    "i64 context_match(Ctx *c, const Player *players, i32 n_given, u64 seed, i32 first, i32 n, i32 max_turns, "
    "i32 max_moves, i32 opening, i64 work, i64 total, State *s, i64 bytes, i32 *out, i64 n_out)": (
        "Plays the n games from first on of a match, as context_playouts does: a player for each role, who in game i"
        " begins i roles further on. The first opening thousandths of a game are played at random, the same until"
        " each has had each role. Each row is one of MATCH. What game i is depends on the seed and on i alone."
    ),
    "i64 context_solve(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 max_plies, i64 work, "
    "i32 *out, i64 n_out)": (
        "Who wins by force, in a game of two without chance and without anything hidden: a row of SOLVED and room for"
        " max_plies moves. Returns how much was done."
    ),
    "Numbering *numbering_new(Ctx *c, i32 *why)": "The numbers of a game's decisions; NULL and why, where it fails.",
    "void numbering_free(Numbering *k)": "",
    "i32 numbering_blocks(const Numbering *k, i32 *out, i64 n)": "For each of NUMBERED the first number, how many.",
    "i32 numbering_meaning(const Numbering *k, i32 number, i32 mover, i32 *out, i64 n)": (
        "A row of MEANING, where that player moves; BAD_MOVE where there is no such number."
    ),
    "i32 numbering_of_moves(Ctx *c, const Numbering *k, i32 *out, i64 n)": (
        "The numbers of the moves of the last context_legal, -1 where one has none."
    ),
    "Table *table_new(const Game *g, i32 n, i32 max_moves, i32 seat, const i32 *layout, i64 length, i32 *why)": (
        "n games side by side, cut after so many moves; seat: a person or one of SEATS; layout: of the planes."
    ),
    "void table_free(Table *t)": "",
    "i32 table_view(Table *t, i32 which, void *array, i64 bytes)": (
        "Where one of VIEWS is written from now on; BAD_STATE where the array has another size."
    ),
    "i32 table_seed(Table *t, i32 slot, u64 seed)": "What a slot's games are drawn from, from its next one on.",
    "i32 table_players(Table *t, const Player *players, i64 n)": (
        "Who play by themselves, one for each person but the seat's, in their order; at first all play at random."
    ),
    "i32 table_begin(Table *t, const u8 *slots, i64 n)": "Begins a game in those of the n slots that are not 0.",
    "i32 table_step(Table *t, const i64 *numbers, i64 n, i32 again)": (
        "A decision in each of the n slots, and the replies of who plays by himself. again: a game that ends is"
        " followed by the next one."
    ),
    "i32 table_observe(Table *t, i32 slot, i32 person, float *out, i64 n)": "The planes as a person sees them.",
    "i32 table_state(const Table *t, i32 slot, State *s, i64 bytes)": "The position of a slot.",
    "const u64 *table_history(const Table *t, i32 slot)": "Its State.n_history digests.",
}

# ---------------------------------------------------------------- the same for ctypes
_CTYPES: dict[str, type[ctypes._SimpleCData[Any]]] = {
    "u8": ctypes.c_uint8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "u32": ctypes.c_uint32,
    "i64": ctypes.c_int64,
    "u64": ctypes.c_uint64,
    "f64": ctypes.c_double,
}


def structure(name: str, fields: tuple[Field, ...]) -> type[ctypes.Structure]:
    """The C struct of these fields."""
    types = [(f.name, _CTYPES[f.type] * f.count if f.count else _CTYPES[f.type]) for f in fields]
    return type(name, (ctypes.Structure,), {"_fields_": types})


def record(fields: tuple[Field, ...]) -> struct.Struct:
    """How the bytes of a struct without arrays or gaps are read."""
    return struct.Struct("=" + "".join({"u8": "B", "i16": "h", "i32": "i"}[f.type] for f in fields))


StateHeader = structure("StateHeader", STATE)
DIGEST_SIZE = N_DIGESTS * ctypes.sizeof(ctypes.c_uint64)  # bytes per position of a history
ACTION_RECORD, MOVE_RECORD = record(ACTION), record(MOVE)
LEVELS_SIZE = MAX_LEVELS * record(LEVEL).size  # bytes at the end of a state, in games with stacks
#: Where the memory of a state begins: behind its header, at a multiple of 8.
MEMORY_AT = -(-(getattr(StateHeader, STATE[-1].name).offset + 4 * STATE[-1].count) // 8) * 8


def prototype(declaration: str) -> tuple[str, type | None, list[type]]:
    """The name, the result and the arguments of a C function."""
    result, name, arguments = re.fullmatch(r"(.*?)(\w+)\((.*)\)", declaration).groups()  # type: ignore[union-attr]
    return name, _ctype(result), [_ctype(argument) for argument in arguments.split(", ")]  # type: ignore[misc]


def _ctype(declaration: str) -> type | None:
    if "*" in declaration:
        return ctypes.c_void_p
    return _CTYPES.get(declaration.split()[0])  # of void there is none
