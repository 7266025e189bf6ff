"""How far Python's regular expressions may go back for a pattern, told from the pattern before any text is read.

A pattern is read as an automaton whose states are the characters in it. Trying a text from one place costs as many
steps as there are ways to begin reading it, but for a factor, and that is a matter of the automaton alone (A. Weber and
H. Seidl, "On the degree of ambiguity of finite automata", Theoretical Computer Science 88, 1991):

- exponential in the text, where two ways lead from a state back to it by the same characters, as in ``(a+)+``;
- a power of the text's length, where loops follow one another that read the same characters, as in ``a*a*``: one power
  for each such step from loop to loop;
- otherwise bounded, by a number that can be large too, as that of ``a?`` forty times is.

What looks ahead or behind is taken as if it always held, a group that is repeated as any text, and characters beyond
ASCII by their kind alone. So a pattern may be found slower than it is, and is never found faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from formal_envs.errors import ConfigError
from formal_envs.languages.automata import Automaton, automaton

MOST_WORK = 400_000_000
"""Steps that the patterns of a grammar may take for a text, in powers of its length: a matter of seconds."""
MOST_FORKS = 4
"""Most places, one after the other, from which a pattern can be read in several ways that meet again."""
_MOST_STEPS = 500_000  # that are taken to look through one pattern


class TooAmbiguousError(Exception):
    """The ways to read a text have no bound that is a power of its length, or a large one; or none was found."""


def longest_text(patterns: Mapping[str, str], most: int, *, everywhere: bool) -> int:
    """The longest text for which the patterns of a grammar take ``MOST_WORK`` steps or fewer.

    Args:
        patterns: regular expressions by the names of their terminals.
        most: the answer is at most this.
        everywhere: each is tried at each place of a text, as Earley's parser does; else where a token begins.

    Raises:
        ConfigError: a pattern can be read in too many ways.
    """
    degrees = {}
    for name, pattern in patterns.items():
        try:
            degrees[name] = degree(pattern)
        except TooAmbiguousError:
            raise ConfigError(
                f"the pattern of terminal {name}, {pattern[:60]!r}, can be read in too many ways, and Python's regular "
                "expressions try one after the other: let each thing that it repeats or leaves out begin with a "
                "character that nothing else there begins with, or make it a rule"
            ) from None
    automata = [automaton(pattern) for pattern in patterns.values()]
    again = [everywhere or any(_falls_back(each, other) for other in automata) for each in automata]
    powers = [1 + degrees[name] + tried for name, tried in zip(patterns, again, strict=True)]
    return min(most, int(MOST_WORK ** (1 / max(powers, default=1))))


def degree(pattern: str) -> int:
    """The power of a text's length that bounds the ways to begin reading it.

    Raises:
        TooAmbiguousError: there is no such power, or a fixed number of ways that is large.
    """
    made = _in_vain(automaton(pattern))
    loops = _components(made)
    steps_left = [_MOST_STEPS]
    forks = {state: _meetings(made, state, steps_left) for state in range(len(made.reads))}
    for state, meetings in forks.items():
        if any(loops[state] == loops[meeting] for meeting in meetings):
            raise TooAmbiguousError
    if _longest(made, loops, forks) > MOST_FORKS:
        raise TooAmbiguousError
    within: dict[int, list[int]] = {}
    for state in _in_loops(made, loops):
        within.setdefault(loops[state], []).append(state)
    steps: dict[int, set[int]] = {}
    for one, other in product(within.values(), repeat=2):
        if loops[one[0]] > loops[other[0]] and _shares_words(made, one, other):
            steps.setdefault(one[0], set()).add(other[0])
    return _longest(made, loops, steps)


def _in_vain(made: Automaton) -> Automaton:
    """The ways that may be gone in vain: not those to where a text may end, as it ends there then, if not later."""
    if not made.sure:
        return made
    after = ({state: ways for state, ways in each.items() if state not in made.ends} for each in made.after)
    return made._replace(after=tuple(after))


def _components(made: Automaton) -> list[int]:
    """For each state a number that the states in a loop with it share; those behind have smaller ones (Tarjan)."""
    numbers: dict[int, int] = {}
    least: dict[int, int] = {}
    component: dict[int, int] = {}
    count = 0
    for root in range(len(made.reads)):
        if root in numbers:
            continue
        numbers[root] = least[root] = len(numbers)
        open_states, work = [root], [(root, iter(made.after[root]))]
        while work:
            state, rest = work[-1]
            for other in rest:
                if other not in numbers:
                    numbers[other] = least[other] = len(numbers)
                    open_states.append(other)
                    work.append((other, iter(made.after[other])))
                    break
                if other not in component:
                    least[state] = min(least[state], numbers[other])
            else:
                work.pop()
                if work:
                    least[work[-1][0]] = min(least[work[-1][0]], least[state])
                if least[state] == numbers[state]:
                    begin = open_states.index(state)
                    component.update(dict.fromkeys(open_states[begin:], count))
                    del open_states[begin:]
                    count += 1
    return [component[state] for state in range(len(made.reads))]


def _in_loops(made: Automaton, loops: list[int]) -> list[int]:
    return [state for state, after in enumerate(made.after) if any(loops[each] == loops[state] for each in after)]


def _longest(made: Automaton, loops: list[int], jumps: Mapping[int, Iterable[int]]) -> int:
    """The most jumps on one way through the automaton."""
    longest = [0] * (max(loops) + 1)
    for state in sorted(range(len(loops)), key=loops.__getitem__):  # what is behind comes first
        here = loops[state]
        behind = [longest[loops[other]] for other in made.after[state]]
        behind += [longest[loops[other]] + 1 for other in jumps.get(state, ())]
        longest[here] = max([longest[here], *behind])
    return max(longest)


def _meetings(made: Automaton, state: int, steps_left: list[int]) -> set[int]:
    """Where two ways that leave a state by the same characters meet again."""
    met: set[int] = set()
    seen: set[tuple[int, int]] = set()
    pairs = [(state, state)]
    while pairs:
        one, other = pairs.pop()
        steps_left[0] -= len(made.after[one]) * len(made.after[other])
        if steps_left[0] < 0:
            raise TooAmbiguousError
        for (left, ways), (right, more) in product(made.after[one].items(), made.after[other].items()):
            if not made.reads[left] & made.reads[right]:
                continue
            if left == right:
                if one != other or max(ways, more) > 1:
                    met.add(left)
            elif (pair := (min(left, right), max(left, right))) not in seen:
                seen.add(pair)
                pairs.append(pair)
    return met


def _shares_words(made: Automaton, one: list[int], other: list[int]) -> bool:
    """Whether some word leads around a loop of each of two components, and from the first loop to the second."""
    first, last = set(one), set(other)
    steps_left = _MOST_STEPS
    for start, goal in product(one, other):
        seen = set()
        triples = [(start, start, goal)]
        while triples:
            left, middle, right = triples.pop()
            after = made.after[left].keys() & first, made.after[middle], made.after[right].keys() & last
            for a, b, c in product(*after):
                steps_left -= 1
                if (a, b, c) not in seen and made.reads[a] & made.reads[b] & made.reads[c]:
                    seen.add((a, b, c))
                    triples.append((a, b, c))
        if (start, goal, goal) in seen or steps_left < 0:  # then it may be so
            return True
    return False


def _falls_back(made: Automaton, shorter: Automaton) -> bool:
    """Whether a text can be read on and on by a pattern, in vain, while the other has a token at its beginning."""
    vain = _in_vain(made)
    idle = set(_in_loops(vain, _components(vain)))
    if not idle:
        return False
    loops = _components(made)
    leads: set[int] = set()  # the components that lead to one of these
    for state in sorted(range(len(loops)), key=loops.__getitem__):
        if state in idle or any(loops[after] in leads for after in made.after[state]):
            leads.add(loops[state])
    seen = {(0, 0)}
    pairs = [(0, 0)]
    while pairs:
        one, other = pairs.pop()
        for pair in product(made.after[one], shorter.after[other]):
            if pair not in seen and made.reads[pair[0]] & shorter.reads[pair[1]] and loops[pair[0]] in leads:
                if pair[1] in shorter.ends:
                    return True
                seen.add(pair)
                pairs.append(pair)
    return False
