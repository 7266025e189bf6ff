"""The game task: write a missing part of a board game's description, or the whole of it. The reward plays the game.

The games are those of an embedded grammar and of a small corpus, which come with the package, or a user's own.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice
from formal_envs.languages.mask_grammar import OPTIONS, Continuation
from formal_envs.ludii import GameError, check_game, compile_game
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.typed_grammar import one_line_grammar
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.ludii.writing.briefs import MAX_BRIEF_LENGTH, PARTS, brief
from formal_envs.ludii.writing.gap_types import gap_types
from formal_envs.ludii.writing.open_names import OpenNames
from formal_envs.tasks.game.corpus import CorpusWarning, held_out, own_games, read_corpus
from formal_envs.tasks.game.cuts import MAX_CUT_LENGTH, MAX_CUT_TOKENS, MAX_PROMPT_LENGTH, MAX_PROMPT_TOKENS, Cut, cuts
from formal_envs.tasks.game.mixing import Mixer
from formal_envs.tasks.game.recomposed import around
from formal_envs.tasks.game.words import CHARSET, vocabulary
from formal_envs.tasks.game.writer import games
from formal_envs.tasks.streams import Keys, integers, problem_keys
from formal_envs.tokenizers import VocabularyTokenizer

MODES = ("infill", "compose")
BRIEFS = ("mixed", "full", "empty")
SPLITS = ("train", "test", "all")
MAX_GAME_TOKENS, MAX_GAME_LENGTH = 330, 1_600
"""Longer games are not asked for."""
MAX_BRIEF_TOKENS = 128
"""A longer brief is cut there; of the grammar's games and of our own none is."""
OWN_SHARE = 8
"""One problem in as many is from the corpus, the others from the grammar."""
PLAYOUTS = 4
"""Random games that a game of the grammar must stand before it is asked for."""

_MIXING = np.arange(3, 4)  # the word of a key that a mixture is made from
_FIRST_WORD = 16  # of the 64-bit words that a key gives; those before it are for the other draws
_REMEMBERED = 1 << 16


@dataclass(frozen=True)
class GameProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt, how its game goes on: what supervised training learns from.
        games: the whole games, each in the one form of ``canonical``.
    """

    prompts: list[str]
    solutions: list[str]
    games: list[str]


class GameTask:
    """Complete the description of a board game in Ludii's language, or write one.

    Seven problems in eight are games of grammars/games.lark, each of which is compiled and played before it is asked
    for. One in eight is a game of the corpus that comes with the package: as it was written in the split "test", and
    mixed with parts of the others in "train", so that what is learned is not some hundred games by heart.

    Args:
        mode: "infill": an expression is cut out of a game, as in arXiv:2410.17126; the prompt is
            ``### PRE: prefix ### SUF: suffix ### MID:`` and the completion the expression. "compose": the prompt is a
            line that says what the game is to be, and the completion the whole game.
        corpus: "" for the games above; or a folder of ``.lud`` files, such as Ludii's own, or with a
            ``games.jsonl.gz`` whose objects have a game in the field "text" or "lud". Texts that do not compile, or
            that ask for ludemes that the engine lacks, are left out; so are games of more than 330 tokens or 1,600
            characters. A ``CorpusWarning`` says how many, and why.
        corpus_share: least share of the corpus's texts that must be games which can be played, in [0, 1].
        brief: what a prompt of "compose" says. "full": board, players, pieces and goal; "mixed": nothing in a quarter
            of the prompts, and each of the four in half of the others; "empty": nothing.
        split: "train", "test" or "all". A tenth of the games is for test, chosen by a hash of the game without its
            names and numbers, so that no game of train is one of test with other names or sizes.

    Raises:
        ConfigError: an option has no meaning, or there is no game in the corpus, none in the split, or too few.
    """

    charset = CHARSET
    problems_ahead = 64

    def __init__(
        self,
        *,
        mode: Literal["infill", "compose"] = "infill",
        corpus: str = "",
        corpus_share: float = 0.5,
        brief: Literal["mixed", "full", "empty"] = "mixed",
        split: Literal["train", "test", "all"] = "train",
    ):
        self.mode = check_choice("mode", mode, MODES)
        self.brief = check_choice("brief", brief, BRIEFS)
        self.split = check_choice("split", split, SPLITS)
        if mode == "infill" and brief != "mixed":
            raise ConfigError(f"brief={brief!r} is for mode='compose': the prompts of mode='infill' have no brief")
        if not isinstance(corpus, str):
            raise ConfigError(f"corpus must be a folder or a file, or '' for the generator, got {corpus!r}")
        if isinstance(corpus_share, bool) or not isinstance(corpus_share, (int, float)) or not 0 <= corpus_share <= 1:
            raise ConfigError(f"corpus_share must lie in [0, 1], got {corpus_share!r}")
        self.corpus = corpus
        self._games = self._from_files(corpus, corpus_share) if corpus else self._usable(own_games())
        if mode == "infill":
            self.max_prompt_length, self.max_prompt_tokens = MAX_PROMPT_LENGTH, MAX_PROMPT_TOKENS
            self.max_solution_length, self.max_solution_tokens = MAX_CUT_LENGTH, MAX_CUT_TOKENS
        else:
            self.max_prompt_length, self.max_prompt_tokens = MAX_BRIEF_LENGTH + 1, MAX_BRIEF_TOKENS
            self.max_solution_length, self.max_solution_tokens = MAX_GAME_LENGTH, MAX_GAME_TOKENS

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Names of ludemes with their brackets, keywords, numbers, names of pieces, and all single characters."""
        return vocabulary()

    def sample(self, keys: Keys) -> GameProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        problems = GameProblems([], [], [])
        from_corpus = integers(keys, 0, OWN_SHARE) == 0 if not self.corpus else np.ones(len(keys), bool)
        rows, details = integers(keys, 1, len(self._games)), integers(keys, 2, 1 << 16)
        for key, given, row, detail in zip(keys, from_corpus.tolist(), rows.tolist(), details.tolist(), strict=True):
            game = self._from_corpus(row, key) if given else self._written(key)
            cut = self._problem(game, detail)
            problems.prompts.append(cut.prompt)
            problems.solutions.append(cut.solution)
            problems.games.append(game)
        return problems

    def difficulty(self, problems: GameProblems) -> NDArray[np.float64]:
        """The tokens of what is to be written of each game, (n,): of a part, or of the whole."""
        return np.array([len(_tokenizer().encode(solution)) for solution in problems.solutions], float)

    def continuation(self, prompt: str) -> Continuation:
        """Games on one line, or ludemes of the types that the gap in a prompt may have, with a blank before them."""
        parts = around(prompt)
        grammar = _grammar() if parts is None else _gap_grammar(tuple(sorted(gap_types(*parts))))
        return Continuation(grammar, names=OpenNames(*(parts or ("", ""))), named="STRING")

    def _from_files(self, corpus: str, least_share: float) -> list[str]:
        """The games of a folder or a file; what was left out is said in a warning."""
        read = read_corpus(corpus, least_share)
        usable = self._usable(read.games)
        if read.refused or len(usable) < len(read.games):
            warnings.warn(
                f"{read.described()}. {len(usable)} games are asked for: the others are of the other split, "
                f"have more than {MAX_GAME_TOKENS} tokens or {MAX_GAME_LENGTH} characters, or no part to cut out. "
                f"`formal-envs game corpus {corpus} --refused` names what was left out",
                CorpusWarning,
                stacklevel=3,
            )
        return usable

    def _usable(self, found: Sequence[str]) -> list[str]:
        """The games of the split that can be asked for."""
        chosen = [game for game in found if self._in_split(game)]
        usable = [game for game in chosen if _fits(game) and (self.mode == "compose" or _cuts(game))]
        if not usable:
            raise ConfigError(
                f"none of the {len(found)} games in {self.corpus!r} can be asked for in split {self.split!r}: "
                f"{len(found) - len(chosen)} are of the other split, {len(chosen)} have more than {MAX_GAME_TOKENS} "
                f"tokens or {MAX_GAME_LENGTH} characters, or no part to cut out; use more games, or split='all'"
            )
        return usable

    def _in_split(self, game: str) -> bool:
        return self.split == "all" or held_out(game) == (self.split == "test")

    def _from_corpus(self, row: int, key: np.uint64) -> str:
        """A game of the corpus; a mixture of it and others, where it is our own and for training."""
        game = self._games[row]
        if self.corpus or self.split != "train":
            return game
        mixed = self._mixer.mix(game, problem_keys(key, _MIXING)[0])
        usable = self._in_split(mixed) and _fits(mixed) and (self.mode == "compose" or _cuts(mixed))
        return mixed if usable else game

    @cached_property
    def _mixer(self) -> Mixer:
        return Mixer(self._games, PLAYOUTS)

    def _written(self, key: np.uint64) -> str:
        """The first game of a key's numbers that is of the split and can be played."""
        place = _FIRST_WORD
        while True:
            low, high = problem_keys(key, np.arange(place, place + 2)).tolist()
            number = high << 64 | low
            game = games().write(number)
            if self._in_split(game) and _fits(game) and _plays(number) and (self.mode == "compose" or _cuts(game)):
                return game
            place += 2

    def _problem(self, game: str, detail: int) -> Cut:
        """The problem that a game is asked as; ``detail`` is uniform in 0..2^16 - 1."""
        if self.mode == "infill":
            found = _cuts(game)
            return found[detail * len(found) >> 16]
        if self.brief == "full":
            return Cut(_brief(game, PARTS), game)
        kept = [part for n, part in enumerate(PARTS) if detail >> n & 1 and detail >> len(PARTS) & 3]
        return Cut(_brief(game, [] if self.brief == "empty" else kept), game)


@cache
def _grammar() -> str:
    return f"{OPTIONS}\n{one_line_grammar(['game'])}"


@lru_cache(256)
def _gap_grammar(types: tuple[str, ...]) -> str:
    any_type = sorted({signature.result for signature in SIGNATURES.values()})  # for a prompt that is part of no game
    return f"{OPTIONS}\n{one_line_grammar(types or any_type, blank_before=True)}"


@cache
def _tokenizer() -> VocabularyTokenizer:
    return VocabularyTokenizer(vocabulary())


def _cuts(game: str) -> list[Cut]:
    return cuts(game, _tokenizer())


def _brief(game: str, parts: Sequence[str]) -> str:
    """The prompt of mode "compose": a line."""
    if not parts:
        return "\n"
    tokenizer = _tokenizer()
    return tokenizer.decode(tokenizer.encode(brief(check_game(game), parts))[: MAX_BRIEF_TOKENS - 1]) + "\n"


def _fits(game: str) -> bool:
    return len(game) <= MAX_GAME_LENGTH and len(_tokenizer().encode(game)) <= MAX_GAME_TOKENS


@lru_cache(_REMEMBERED)
def _plays(number: int) -> bool:
    """Whether the game of a number compiles, and random games of it are played without an error."""
    try:
        program = compile_game(games().write(number))
    except GameError:
        return False
    return evaluate_program(program, PLAYOUTS).playable
