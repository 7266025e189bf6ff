"""Languages: the .lark files of the ``grammars`` package, and users' grammars. Lark's errors become ParseFailures."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from lark import Lark, Transformer, Tree
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.grammar import Terminal
from lark.load_grammar import load_grammar

from formal_envs.errors import ConfigError, ParseFailure, check_choice
from formal_envs.languages.backtracking import longest_text
from formal_envs.languages.earley import bound_work
from formal_envs.languages.grammar_size import check_rules, check_terminals

MAX_TEXT = {"lalr": 100_000, "earley": 512}
"""Longest text that each parser should be asked about, in characters. LALR takes time linear in it; Earley too for most
grammars, and up to the cube for ambiguous ones, until it gives up: ``s: s s | "a"`` at some 160 characters. With
patterns for which Python's regular expressions go back it is less: see ``formal_envs.languages.backtracking``."""
_SHOWN = 8  # of the tokens that were expected


@cache
def load(
    name: str, transformer: Transformer[Any, Any] | None = None, parser: Literal["lalr", "earley"] = "lalr"
) -> Lark:
    """The parser of ``grammars/<name>.lark``, of that kind; LALR's applies ``transformer`` while it parses."""
    return Lark(read(name), parser=parser, transformer=transformer)


def read(name: str) -> str:
    """The text of ``grammars/<name>.lark``."""
    return files("grammars").joinpath(f"{name}.lark").read_text(encoding="utf-8")


def parse(name: str, text: str, transformer: Transformer[Any, Any] | None = None) -> Any:
    """Parse ``text``: the transformer's result, or the tree where there is none.

    Raises:
        ParseFailure: the text is not in the language; it holds the place of the first error.
    """
    try:
        return load(name, transformer).parse(text)
    except UnexpectedInput as error:
        raise ParseFailure(f"unexpected {_found(error, text)}", text, _place(error, text)) from None
    except ParseFailure as failure:  # from the transformer, which sees tokens alone
        raise ParseFailure(failure.reason, text, failure.column) from None


class Language:
    """The language of a Lark grammar. Equal, hashed and pickled by what it was made of.

    Attributes:
        lark: the parser, with the grammar's rules and terminals.
        start: the rule that a sentence is.
        max_text: the longest text that a reward should ask about, in characters: 100,000 for LALR and 512 for Earley,
            or what the terminals' patterns allow, such as 20,000 for ``/a+b|a/`` and 736 for ``/a*a*b|a/``.

    Args:
        grammar: in Lark's form.
        start: as above.
        parser: "lalr", fast, for grammars that one token ahead decides; "earley", for every grammar.
        source: the path of the file that holds the grammar, if any: its imports are looked for beside it.

    Raises:
        ConfigError: the grammar cannot be used; the message says why.
    """

    def __init__(self, grammar: str, start: str = "start", parser: str = "lalr", source: str = ""):
        self._made_of = (grammar, start, check_choice("parser", parser, MAX_TEXT), source)
        self.lark, self.max_text = _built(*self._made_of)
        self.start = start

    @classmethod
    def open(cls, grammar: str, start: str = "start", parser: str = "lalr") -> Language:
        """The language of a grammar's text, or of the ``.lark`` file that has this path.

        Raises:
            ConfigError: there is no such file, or the grammar cannot be used.
        """
        for name, value in (("grammar", grammar), ("start", start)):
            if not isinstance(value, str) or not value:
                raise ConfigError(f"{name} must be a text, got {value!r}")
        if "\n" in grammar or not grammar.endswith(".lark"):
            return cls(grammar, start, parser)
        try:
            return cls(Path(grammar).read_text(encoding="utf-8"), start, parser, grammar)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"no grammar can be read from {grammar!r}: {error}") from None

    def __repr__(self) -> str:
        grammar, start, parser, source = self._made_of
        shown = source or (grammar if len(grammar) <= 60 else f"{grammar[:57]}...")
        return f"Language.open({shown!r}, {start!r}, {parser!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Language) and other._made_of == self._made_of

    def __hash__(self) -> int:
        return hash(self._made_of)

    def __reduce__(self) -> tuple[Any, ...]:
        return Language, self._made_of

    def parse(self, text: str) -> Tree[Any]:
        """The tree of a sentence.

        Raises:
            ParseFailure: the text is not a sentence; it holds the place of the first error and what was expected. Or
                Earley's parser gives up there, as the work is more than ``formal_envs.languages.earley.MOST_WORK``.
        """
        try:
            return self.lark.parse(text)
        except ParseFailure as failure:  # from the bound, which does not see the text
            raise ParseFailure(failure.reason, text, failure.column) from None
        except UnexpectedInput as error:
            place = _place(error, text)
            expected = _joined(self.shown(name) for name in self._expected(error, text[:place]))
            raise ParseFailure(f"expected {expected}, got {_found(error, text, 'the end')}", text, place) from None

    def follows(self, text: str) -> list[str]:
        """What could have stood where a text is no beginning of a sentence any more, as errors show it, in order.

        Empty for a sentence, and for a text that Earley's parser gives up on.
        """
        try:
            self.lark.parse(text)
        except UnexpectedInput as error:
            return sorted({self.shown(name) for name in self._expected(error, text[: _place(error, text)])})
        except ParseFailure:
            return []
        return []

    def _expected(self, error: UnexpectedInput, before: str) -> Iterable[str]:
        """The terminals that could have stood at the place of the error."""
        if self.lark.options.parser == "lalr":
            with suppress(UnexpectedInput):  # cut there, the text may be read as other tokens
                # The error itself has what some other text could go on with, whose parser is in the same state.
                parser = self.lark.parse_interactive(before)
                parser.exhaust_lexer()
                accepted: Iterable[str] = parser.accepts()
                return accepted
        known = (getattr(error, name, None) for name in ("accepts", "allowed", "expected"))
        return next(filter(None, known), ())

    def accepts(self, text: str) -> bool:
        """Whether the text is a sentence."""
        try:
            self.parse(text)
        except ParseFailure:
            return False
        return True

    def shown(self, terminal: str) -> str:
        """A terminal as errors show it: its text, its name, or its pattern."""
        if terminal in ("$END", "<END-OF-FILE>"):  # of the parser, and of the lexer
            return "the end"
        pattern = self.lark.get_terminal(terminal).pattern
        if pattern.type == "str":
            return repr(pattern.value)
        return f"/{pattern.value}/" if terminal.startswith("__ANON") else terminal


@lru_cache(32)
def _built(grammar: str, start: str, parser: Literal["lalr", "earley"], source: str) -> tuple[Lark, int]:
    try:
        check_terminals(grammar)
        read, _ = load_grammar(grammar, source or "<string>", [], False)
        check_rules(read)
        used = {value for _, _, tree, _ in read.rule_defs for value in tree.scan_values(_is_terminal)}
        declared = {name for name, (tree, _) in read.term_defs if tree is None} & {terminal.name for terminal in used}
        if declared:
            raise ConfigError(f"%declare {' '.join(sorted(declared))} needs a postlexer, and there is none: define it")
        lark = Lark(read, start=start, parser=parser, source_path=source or None)
        patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in lark.terminals}
        longest = longest_text(patterns, MAX_TEXT[parser], everywhere=parser == "earley")
    except RecursionError:
        raise ConfigError(f"{_named(source)}: its brackets or rules are nested too deeply") from None
    except Exception as error:  # of Lark, which has more than LarkErrors for what a grammar's text can hold
        kind = "" if isinstance(error, (ConfigError, LarkError, OSError)) else f"{type(error).__name__}: "
        raise ConfigError(f"{_named(source)}: {kind}{error}") from None
    if parser == "earley":
        bound_work(lark)
    return lark, longest


def _is_terminal(value: object) -> bool:
    return isinstance(value, Terminal)


def _named(source: str) -> str:
    return f"the grammar {source or 'that was given'} cannot be used"


def _joined(shown: Iterable[str]) -> str:
    names = sorted(set(shown))
    if len(names) > _SHOWN:
        names[_SHOWN:] = [f"{len(names) - _SHOWN} others"]
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) or "the end"


def _found(error: UnexpectedInput, text: str, end: str = "end") -> str:
    """What stands at the place of the error."""
    if isinstance(error, UnexpectedCharacters):
        return f"character {text[_place(error, text)]!r}"
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = error.token if len(error.token) <= 20 else f"{error.token[:20]}..."
        return repr(str(token))
    return end


def _place(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedCharacters):
        return error.pos_in_stream or 0
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return error.token.start_pos or 0
    if isinstance(error, (UnexpectedEOF, UnexpectedToken)):
        return len(text)
    raise error
