"""Masks from a grammar: the tokens that can still lead to a sentence, whatever the tokenizer, by llguidance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.envs.lengths import Within
from formal_envs.envs.mask_reader import MaskReader, working
from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.languages.mask_grammar import Continuation, Grammatical, Names
from formal_envs.tasks import Task
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import Tokenizer

_PROBLEMS = 32
"""Problems of the task for which masks are tried when they are made."""
_STEPS = 64
"""Most tokens of a random text that is tried."""
_WHY = (
    "the masks' library llguidance takes the longest token at every place, and white space that is ignored wherever it "
    "may be, where the grammar's own parser reads the text otherwise, as it does with patterns that are lazy. Make the "
    "grammar's tokens differ, or use mask='any'. Or the tokenizer lacks characters that would have to follow"
)


class _Text(NamedTuple):
    """A text under way: its prompt, what it has to become, its tokens so far, llguidance's state, its names, and how it
    can end; None where it has no limit, or cannot keep it."""

    prompt: str
    goal: Continuation
    tokens: list[int]
    matcher: Any
    names: Names | None
    within: Within | None


class GrammarMasks:
    """Which tokens may come next in n texts that are written at the same time.

    A token may come next if the text can still become a sentence with it; EOS exactly where it is one. White space that
    the grammar ignores may stand before a sentence and in it, not behind it. Where no token can lead to a sentence any
    more, because one was taken that is forbidden, EOS alone is left.

    With a limit only those tokens may come next behind which a sentence can still be ended in time. What ends it is
    counted with care, so that a token is refused at times though one place fewer would be enough; with room to spare
    the masks are those without a limit. Where a prompt's shortest sentence is longer than the limit, and where the
    grammar's own reading is not llguidance's, a text may still be cut.

    Where a VocabularyTokenizer has one token for two, the second of them gives way to others after the first, as it
    never reads a text so: a number of two digits is its token, not the tokens of its digits.

    llguidance reads a text by the longest token at every place, and a grammar's own parser may not: then masks can
    refuse sentences, or lead where nothing can follow. So the solutions of some problems of a user's grammar, and
    random texts under the mask, are tried first. What they do not show is not exact: there masks are narrower than the
    parser, and EOS alone is left in a text that nothing can follow.

    Attributes:
        bits: (n, bytes) uint8, a bit per token, the lowest first: 1 for tokens that may come next. Rows are of whole
            words of 32 bits; those past the vocabulary are 0.

    Args:
        task: whose grammar it is.
        tokenizer: of the texts.
        count: n.
        reader: that of other masks with the same tokenizer, as ``of`` gives it.
        limit: the most tokens of a text, with EOS; where it is one, EOS need not follow. None for no limit.

    Raises:
        ConfigError: the task has no grammar, llguidance is missing, it cannot read the grammar or the tokenizer, or the
            masks of what is tried refuse a solution or end in nothing. Or the first problem's shortest sentence is
            longer than the limit.
    """

    def __init__(
        self,
        task: Task,
        tokenizer: Tokenizer,
        count: int = 1,
        reader: MaskReader | None = None,
        limit: int | None = None,
    ):
        if not isinstance(task, Grammatical):
            raise ConfigError(f"mask='grammar' needs a task with a grammar, which {type(task).__name__} has not")
        self._task = task
        self._tokenizer = tokenizer
        self._reader = reader or MaskReader(tokenizer)
        self._limit = limit
        self._texts: list[_Text | None] = [None] * count
        self._ends = [tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]
        kinds = np.zeros((2, -(-tokenizer.vocab_size // 32) * 32), bool)  # the tokens that go on, and EOS
        kinds[0, : tokenizer.vocab_size] = True
        kinds[0, self._ends] = False
        kinds[1, tokenizer.eos_id] = True
        self._going_on, self._eos = np.packbits(kinds, axis=1, bitorder="little")
        self.bits = np.zeros((count, len(self._eos)), np.uint8)
        if reader is None:  # what is wrong with the grammar shows here
            first = task.continuation(task.sample(problem_keys(seeded_stream(0), np.arange(1))).prompts[0])
            working(self._reader.matcher(first))
            if first.language is not None:
                _try(GrammarMasks(task, tokenizer, 1, self._reader))
            within = None if limit is None else self._reader.lengths.begin(first)
            if within and within.state.left() > self._room:
                raise ConfigError(
                    f"max_tokens={limit} is too small for mask='grammar': the shortest sentence needs "
                    f"{within.state.left() + 1} tokens, EOS included"
                )

    def __reduce__(self) -> tuple[Any, ...]:
        begun = [text and (text.prompt, text.tokens) for text in self._texts]
        return _restored, (self._task, self._tokenizer, self._reader, self._limit, begun)

    def of(self, count: int) -> GrammarMasks:
        """Masks of so many other texts of the task, made at little cost."""
        return GrammarMasks(self._task, self._tokenizer, count, self._reader, self._limit)

    @property
    def _room(self) -> int:
        """The most tokens of a text without EOS."""
        return max((self._limit or 0) - 1, 1)

    @property
    def rows(self) -> NDArray[np.int8]:
        """The bits one by one, (n, vocab): 1 for the tokens that may come next."""
        unpacked = np.unpackbits(self.bits, axis=1, count=self._tokenizer.vocab_size, bitorder="little")
        return unpacked.view(np.int8)

    def begin(self, slot: int, prompt: str) -> None:
        """Begin a text after this prompt.

        Raises:
            ConfigError: llguidance cannot read the prompt's grammar.
        """
        self.begin_all([slot], [prompt])

    def begin_all(self, slots: Sequence[int], prompts: Iterable[str]) -> None:
        """Begin a text in each of the slots, as ``begin`` does."""
        for slot, prompt in zip(slots, prompts, strict=True):
            goal = self._task.continuation(prompt)
            within = None if self._limit is None else self._reader.lengths.begin(goal)
            if within and within.state.left() > self._room:
                within = None
            self._texts[slot] = _Text(prompt, goal, [], self._reader.matcher(goal), goal.names, within)
        self._fill(slots)

    def take(self, slot: int, token: int) -> None:
        """Append a token to the text of a slot."""
        self.take_all([slot], [token])

    def take_all(self, slots: Sequence[int], tokens: Sequence[int]) -> None:
        """Append a token to the text of each of the slots, as ``take`` does."""
        going = []
        for slot, token in zip(slots, tokens, strict=True):
            text = self._text(slot)
            text.tokens.append(token)
            if token not in self._ends and self.bits[slot, token >> 3] >> (token & 7) & 1:
                text.matcher.consume_token(token)
                if text.names:
                    text.names.write(self._reader.texts[token])
                if text.within:
                    self._texts[slot] = text._replace(within=self._reader.lengths.take(text.within, token))
                going.append(slot)
            else:
                self.bits[slot] = self._eos
        self._fill(going)

    def repeat(self, times: int) -> None:
        """Go on with each text so many times, side by side."""
        begun = [self._text(slot) for slot in range(len(self._texts))]
        self._texts = [
            text._replace(
                tokens=[*text.tokens], matcher=text.matcher.deep_copy(), names=text.names and text.names.copy()
            )
            for text in begun
            for _ in range(times)
        ]
        self.bits = self.bits.repeat(times, axis=0)

    def _text(self, slot: int) -> _Text:
        text = self._texts[slot]
        assert text is not None
        return text

    def _fill(self, slots: Sequence[int]) -> None:
        """Work out the masks of the slots, all at once."""
        texts = [self._text(slot) for slot in slots]
        self._reader.fill([text.matcher for text in texts], slots, self.bits)
        self.bits[slots] &= self._going_on
        for slot, text in zip(slots, texts, strict=True):
            ended = self._is_sentence(text)
            self.bits[slot] = self._narrowed(text, self.bits[slot], ended)
            if text.matcher.is_error():  # too ambiguous for it
                self.bits[slot] = self._eos
            elif ended or not self.bits[slot].any():
                self.bits[slot] |= self._eos

    def _narrowed(self, text: _Text, bits: NDArray[np.uint8], ended: bool) -> NDArray[np.uint8]:
        """Of these tokens those that leave enough room, of them those that the names allow, and of them those that are
        not one token with the last one; each if there are some.

        Where the text is a sentence there need not be any that leaves enough room, or that is no such part.
        """
        fits = text.within and self._reader.lengths.allowed(text.within, self._room - len(text.tokens) - 1)
        if fits is not None:
            short = bits & fits
            bits = short if ended or short.any() else bits
        if text.names:
            named = bits & self._reader.named(text.names)
            bits = named if named.any() else bits
        joined = self._reader.joined(text.tokens[-1]) if text.tokens else None
        if joined is not None:
            whole = bits & ~joined
            bits = whole if ended or whole.any() else bits
        return bits

    def _is_sentence(self, text: _Text) -> bool:
        language = text.goal.language
        if not text.matcher.is_accepting() or (text.names and not text.names.complete()):
            return False
        return language is None or language.accepts(text.goal.begun + self._tokenizer.decode(text.tokens))


def _try(masks: GrammarMasks) -> None:
    """Raise a ConfigError if masks of some texts of the task refuse a solution, or if a random text ends in nothing."""
    task, tokenizer, random = masks._task, masks._tokenizer, Random(0)
    problems = task.sample(problem_keys(seeded_stream(0), np.arange(_PROBLEMS)))
    solutions = [_written(tokenizer, solution) for solution in problems.solutions]
    usual = sorted({token for solution in solutions for token in solution})
    for prompt, solution in zip(problems.prompts, solutions, strict=True):
        if solution:
            _try_solution(masks, prompt, solution)
        _try_random(masks, prompt, usual, random)


def _try_solution(masks: GrammarMasks, prompt: str, solution: list[int]) -> None:
    tokenizer = masks._tokenizer
    masks.begin(0, prompt)
    for n, token in enumerate([*solution, tokenizer.eos_id]):
        if not masks.rows[0, token]:
            refused = "its end" if token == tokenizer.eos_id else repr(tokenizer.decode([token]))
            text = tokenizer.decode(solution[:n])
            raise ConfigError(f"mask='grammar' refuses {refused} after {text!r}, with which a solution goes on: {_WHY}")
        masks.take(0, token)


def _try_random(masks: GrammarMasks, prompt: str, usual: list[int], random: Random) -> None:
    """Write a text of tokens that may come next; three in four times a usual one, where there is such a one."""
    end = masks._tokenizer.eos_id
    masks.begin(0, prompt)
    for _ in range(_STEPS):
        allowed = np.flatnonzero(masks.rows[0])
        text = masks._text(0)
        if allowed.tolist() == [end] and not masks._is_sentence(text):
            begun = text.goal.begun + masks._tokenizer.decode(text.tokens)
            raise ConfigError(f"mask='grammar' is of no use here, as no token can follow {begun!r}: {_WHY}")
        likely = np.intersect1d(allowed, usual)
        token = int(random.choice(likely if len(likely) and random.random() < 0.75 else allowed))
        if token == end:
            return
        masks.take(0, token)


def _written(tokenizer: Tokenizer, text: str) -> list[int]:
    """The tokens of a text, or none where it cannot be written with those that there are."""
    with suppress(ParseFailure):
        tokens = tokenizer.encode(text)
        if tokenizer.decode(tokens) == text:
            return tokens
    return []


def _restored(
    task: Task,
    tokenizer: Tokenizer,
    reader: MaskReader,
    limit: int | None,
    begun: Sequence[tuple[str, list[int]] | None],
) -> GrammarMasks:
    """The masks of a pickle: the texts are written again."""
    masks = GrammarMasks(task, tokenizer, len(begun), reader, limit)
    for slot, text in enumerate(begun):
        if text:
            masks.begin(slot, text[0])
            for token in text[1]:
                masks.take(slot, token)
    return masks
