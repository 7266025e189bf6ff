"""A compiled game: its states, their legal moves, what a move does, and counts of move sequences.

States are values: ``apply`` gives a new one and leaves the old one as it was. All of it runs in the engine; nothing
here knows a rule. Work is counted (a unit is about a node of the tree evaluated), never time, so that limits strike at
the same place on every machine.
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from formal_envs.errors import ConfigError
from formal_envs.ludii.compile.assemble import compile_bytecode
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.compile.start_fault import start_fault
from formal_envs.ludii.engine.interface import (
    ACTION_RECORD,
    DIGEST_SIZE,
    FAILURES,
    MEMORY_AT,
    MOVE_RECORD,
    REFUSALS,
    SITE_NUMBERS,
    USES,
    StateHeader,
)
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.names import MAX_PLAYERS
from formal_envs.ludii.play.actions import action_text, squares
from formal_envs.ludii.play.hidden import Seen, unseen
from formal_envs.ludii.play.stacks import Piece, heights, levels_beneath
from formal_envs.ludii.raw.expansion import Expansion, expand
from formal_envs.ludii.view.letters import board_lines, stack_lines

#: Work that one question about one position may take.
PLY_WORK = 100_000_000
#: What one is told of a failure, by its number.
REASONS = tuple(FAILURES.values())
_PLACES = {name: place for place, name in enumerate(SITE_NUMBERS)}
_ACTION_SIZE = ACTION_RECORD.size
_FORCED = " forced=true"


@dataclass(frozen=True)
class Move:
    """One legal move: ``key`` is what the player chose, such as ``Move f12 t20``; ``actions`` are all it does."""

    key: str
    actions: tuple[str, ...]
    mover: int
    index: int

    @property
    def forced(self) -> bool:
        """Whether it is the pass of a player who has nothing else to do."""
        return f"{self.key}{_FORCED}" in self.actions

    def __str__(self) -> str:
        return self.key


class State:
    """A position and all that the rules remember of the game so far. Comparable, hashable, picklable; never changed."""

    __slots__ = ("_block", "_header", "_history", "program")

    def __init__(self, program: Program, block: bytes, history: bytes):
        if len(block) != program.state_size:
            raise ConfigError(
                f"a state of this game has {program.state_size} bytes, got {len(block)}: it is of another game"
            )
        self.program = program
        self._block = block
        self._history = history
        self._header = StateHeader.from_buffer_copy(block)
        size = DIGEST_SIZE * self._header.n_history
        if len(history) != size:
            raise ConfigError(
                f"the history of a state has {DIGEST_SIZE} bytes per position, here {size}, got {len(history)}"
            )

    def copy(self) -> State:
        """Another state equal to this one."""
        return State(self.program, self._block, self._history)

    def __reduce__(self) -> tuple[Any, ...]:
        return State, (self.program, self._block, self._history)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self._block == other._block and self._history == other._history

    def __hash__(self) -> int:
        return hash(self._block)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            value = getattr(self._header, name)
        except AttributeError:
            raise AttributeError(f"a State has no {name!r}") from None
        return list(value) if isinstance(value, ctypes.Array) else value

    def _array(self, name: str) -> np.ndarray:
        n = self.program.bytecode.n_sites
        return np.frombuffer(self._block, np.int32, n, MEMORY_AT + 4 * n * _PLACES[name])

    @property
    def what(self) -> np.ndarray:
        """(n_sites,) component at each site, 0 where empty."""
        return self._array("what")

    @property
    def who(self) -> np.ndarray:
        """(n_sites,) owner of the piece at each site."""
        return self._array("who")

    @property
    def count(self) -> np.ndarray:
        """(n_sites,) pieces at each site, on each other in games with stacks; all but their top is in ``stack``."""
        if self.program.bytecode.uses & USES["STACK"]:
            return heights(self._block, self.program.bytecode, self.what)
        return self._array("count")

    @property
    def local_state(self) -> np.ndarray:
        """(n_sites,) local state."""
        return self._array("state")

    @property
    def rotation(self) -> np.ndarray:
        """(n_sites,) rotation."""
        return self._array("rotation")

    @property
    def value(self) -> np.ndarray:
        """(n_sites,) value."""
        return self._array("value")

    def stack(self, site: int) -> list[Piece]:
        """The pieces on a site, the lowest first; in games without stacks at most one, whatever its count."""
        top = [int(self._array(name)[site]) for name in ("what", "who", "state", "rotation", "value")]
        beneath = levels_beneath(self._block, self.program.bytecode, site)
        return [*beneath, Piece(*top)] if top[0] else []

    @property
    def variables(self) -> dict[str, int]:
        """The named variables that have been set."""
        names = self.program.bytecode.strings
        at = MEMORY_AT + 4 * len(SITE_NUMBERS) * self.program.bytecode.n_sites
        values = np.frombuffer(self._block, np.int32, len(names), at)
        return {name: int(v) for name, v in zip(names, values, strict=True) if v != -1}

    @property
    def ranking(self) -> list[float]:
        """Each player's rank (1 is best), 0 while he still plays."""
        return [rank / 2 for rank in self.rank2[1 : self.program.n_players + 1]]

    @property
    def status(self) -> str:
        """Who is to move, or how the game ended, the scores and the last roll of the dice, where there are any."""
        n = self.program.n_players
        at = f"turn {self.turn}" if n > 1 else f"move {self.n_moves + (not self.over)}"  # one player has one turn
        if self.over:
            told = f"player {self.winner} has won" if self.winner else "a draw" if n > 1 else "lost"
            told = f"over after {at}: {told}"
        else:
            told = f"{at}, player {self.mover} to move"
        scores = self.score[1 : n + 1]
        if any(scores):
            told += f", score {' : '.join(map(str, scores))}"
        if self.n_moves and (n_dice := len(self.program.bytecode.dice)):
            told += f", last roll {' '.join(map(str, self.dice[:n_dice]))}"
        return told

    def seen_by(self, player: int) -> Seen:
        """What a player sees of the position: all of it in games without hidden information.

        Raises:
            ConfigError: there is no such player.
        """
        n = self.program.n_players
        if not 1 <= player <= n:
            raise ConfigError(f"the players are 1 to {n}, got {player}")
        arrays = self.what, self.who, self.count, self.local_state, self.rotation, self.value
        what, who, count, local_state, rotation, value = unseen(self._block, self.program.bytecode, player, arrays)
        return Seen(self.program.bytecode, what, who, count, local_state, rotation, value, self.status)

    def __str__(self) -> str:
        bytecode, count = self.program.bytecode, self.count
        stacks = {}
        if bytecode.uses & USES["STACK"]:
            stacks = {site: [piece.what for piece in self.stack(site)] for site in map(int, (count > 1).nonzero()[0])}
        return "\n".join([*board_lines(bytecode, self.what, count), *stack_lines(bytecode, stacks), self.status])


class Program:
    """A compiled game. Made by ``compile_game``; can be pickled, and used by several threads at once."""

    def __init__(self, bytecode: Bytecode, text: str):
        self.bytecode = bytecode
        self.text = text
        self._local = threading.local()
        why = ctypes.c_int32(0)
        self._game = library().game_new(*bytecode.data.buffer_info(), PLY_WORK, ctypes.byref(why))
        if not self._game:
            raise GameError("play", f"the start position cannot be set up: {REASONS[why.value]}", text)
        self.state_size: int = library().game_state_size(self._game)
        self._texts: dict[bytes, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.bytecode, self.text)

    def __del__(self) -> None:
        if getattr(self, "_game", None):
            library().game_free(self._game)
            self._game = None

    @property
    def name(self) -> str:
        """The game's name."""
        return self.bytecode.name

    @property
    def n_players(self) -> int:
        """How many players it has."""
        return self.bytecode.n_players

    def text_of(self, record: bytes) -> str:
        """An action's text; the same few actions come back all the time."""
        text = self._texts.get(record)
        if text is None:
            if len(self._texts) >= 1 << 16:
                self._texts.clear()
            text = self._texts[record] = action_text(self.bytecode, record)
        return text

    def describe(self, move: Move) -> str:
        """A move for readers: ``E2-E4 [Move f12 t28]``, ``Pass (forced)``."""
        if move.forced:
            return f"{move.key} (forced)"
        named = squares(self.bytecode, move.key)
        return f"{named} [{move.key}]" if named else move.key

    def context(self) -> _Context:
        """This thread's workspace in the engine."""
        context: _Context | None = getattr(self._local, "context", None)
        if context is None:
            context = self._local.context = _Context(self)
        return context

    @property
    def has_chance(self) -> bool:
        """Whether dice or other chance decide about its positions, besides the players."""
        return bool(self.bytecode.uses & USES["CHANCE"])

    def initial(self, seed: int = 0) -> State:
        """The start position; all chance of the game that begins there is drawn from the seed (any integer)."""
        block = ctypes.create_string_buffer(self.state_size)
        context = self.context()
        seed &= (1 << 64) - 1
        context.check(library().context_initial(context.pointer, block, len(block), seed, PLY_WORK))
        return State(self, block.raw, context.history(block))


def compile_game(text: str | Expansion) -> Program:
    """The program of the game that ``text`` describes, raw or expanded; its own text is the expanded one.

    Raises:
        GameError: the text is not a game; its stage says who refused it ("syntax", "types", "names", "board"), or that
            the engine does not play a ludeme of it yet ("unsupported"), or that its start cannot be set up ("play").
    """
    source = expand(text)
    game = check(source)
    try:
        bytecode = compile_bytecode(game, source.text)
    except GameError as error:
        raise source.located(error) from None
    try:
        return Program(bytecode, source.text)
    except GameError as error:
        fault = start_fault(game, bytecode)
        message = error.message.replace(FAILURES["NOT_THERE"], fault.message)
        raise source.located(GameError("play", message, source.text, fault.start)) from None


class _Context:
    """The engine's workspace for one thread."""

    def __init__(self, program: Program):
        self.program = program  # keeps the game alive
        self.pointer = library().context_new(program._game)
        if not self.pointer:
            raise MemoryError("no room for the engine's workspace")

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            library().context_free(self.pointer)

    def check(self, code: int) -> int:
        if code == REFUSALS["BAD_MOVE"]:
            raise ConfigError("that move is not one of this state")
        if code == REFUSALS["BAD_PLAYER"]:
            raise ConfigError("a match takes a player of a known kind for each role of the game")
        if code == REFUSALS["BAD_STATE"]:
            raise ConfigError("that is not a state of this game: take one from initial() or apply()")
        if code < 0:
            raise GameError("play", REASONS[-1 - code], self.program.text)
        return code

    def legal(self, state: State) -> tuple[ctypes.Array[ctypes.c_char], int]:
        block = ctypes.create_string_buffer(state._block, len(state._block))
        history = state._history
        n = library().context_legal(self.pointer, block, len(block), history, len(history), PLY_WORK)
        return block, self.check(n)

    def history(self, block: ctypes.Array[ctypes.c_char]) -> bytes:
        """The digests of the positions that the state in ``block``, which the engine has just left, has seen."""
        return ctypes.string_at(
            library().context_history(self.pointer), DIGEST_SIZE * StateHeader.from_buffer(block).n_history
        )


def legal_moves(state: State) -> list[Move]:
    """The moves that the player to move may choose from; a pass where there is none; nothing once the game is over.

    Raises:
        GameError: stage "play": the position asks for more work than is allowed.
    """
    program, context = state.program, state.program.context()
    _, n = context.legal(state)
    listed = ctypes.string_at(library().context_moves(context.pointer), MOVE_RECORD.size * n)
    moves = list(MOVE_RECORD.iter_unpack(listed))
    last = max((first + size for first, size, *_ in moves), default=0)
    listed = ctypes.string_at(library().context_actions(context.pointer), _ACTION_SIZE * last)
    actions = [program.text_of(record) for record in _split(listed)]
    result = []
    for index, (first, size, decision, _, _, mover, *_) in enumerate(moves):
        texts = tuple(actions[first : first + size])
        key = texts[max(decision, 0)] if texts else "Pass"
        result.append(Move(key.removesuffix(_FORCED), texts, mover, index))
    return result


def _split(records: bytes) -> list[bytes]:
    return [records[at : at + _ACTION_SIZE] for at in range(0, len(records), _ACTION_SIZE)]


def apply(state: State, move: Move) -> State:
    """The state after ``move``, one of ``legal_moves(state)``.

    Raises:
        ConfigError: the move is not legal there.
        GameError: stage "play": its consequences ask for more work than is allowed.
    """
    return apply_with_actions(state, move)[0]


def apply_with_actions(state: State, move: Move) -> tuple[State, list[str]]:
    """The state after ``move``, and everything that was done, consequences too."""
    context = state.program.context()
    block, n = context.legal(state)
    if not 0 <= move.index < n:
        raise ConfigError(f"{move} is not one of the {n} legal moves of this state")
    context.check(library().context_apply(context.pointer, move.index, PLY_WORK))
    count = ctypes.c_int32(0)
    pointer = library().context_applied(context.pointer, ctypes.byref(count))
    records = ctypes.string_at(pointer, _ACTION_SIZE * count.value)
    done = [state.program.text_of(record) for record in _split(records)]
    return State(state.program, block.raw, context.history(block)), done


def perft(program: Program | State, depth: int, ends: bool = False) -> Any:
    """How many sequences of exactly ``depth`` moves there are from the start, or from a state.

    With ``ends``, also how many of them end the game: ``(count, [nobody wins, player 1 wins, ...])``.

    Raises:
        ConfigError: the game has dice or other chance: how many sequences there are depends on what is rolled.
    """
    state = program.initial() if isinstance(program, Program) else program
    if state.program.has_chance:
        raise ConfigError("move sequences are counted in games without chance; this one has dice or draws at random")
    context = state.program.context()
    block = ctypes.create_string_buffer(state._block, len(state._block))
    found = (ctypes.c_int64 * (MAX_PLAYERS + 2))()
    history, room = state._history, found if ends else None
    n = library().context_perft(
        context.pointer, block, len(block), history, len(history), depth, room, len(found), PLY_WORK * 100
    )
    context.check(min(n, 0))
    return (n, list(found[1 : state.program.n_players + 2])) if ends else n
