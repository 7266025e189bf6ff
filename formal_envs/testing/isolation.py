"""Scoring in a process that can be ended: what hangs, or ends its process, is an outcome like any other."""

from __future__ import annotations

import multiprocessing
import pickle
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.sandbox import Child, start_method
from formal_envs.testing.cases import Case, Outcome
from formal_envs.testing.signatures import Scorer, read_score

CANARY = "formal_envs_canary"
"""A name; a reward that runs a text which is this name, or calls it, is seen to run it, whatever it makes of it."""
BATCH = 16
"""Cases of a batch."""
MOST_HUNG = 2
"""Hung cases after which no more are asked for at a time."""
_THREADS = 4
_YIELDS = 25  # lines of a score at which a thread lets the others go on
_START = 60.0  # seconds that a process may take to import what it needs


class Judge:
    """Scores cases in another process, one after the other; one that hangs is ended, and a new process goes on.

    Args:
        scorer: the reward.
        time_limit: seconds for a case.
        fresh: the process shares nothing with this one (the reward is pickled), instead of being a fork of it where
            the system has that.

    Raises:
        ConfigError: the reward has to be pickled for this, and cannot be.
    """

    def __init__(self, scorer: Scorer, *, time_limit: float, fresh: bool = False):
        self._scorer = scorer
        self._time_limit = time_limit
        self._method = start_method(fresh=fresh)
        self._child: Child | None = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def single(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases one after the other."""
        return self._ask("single", cases, 1)

    def batch(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases in batches of ``BATCH``."""
        parts = (cases[begin : begin + BATCH] for begin in range(0, len(cases), BATCH))
        return [outcome for part in parts for outcome in self._ask("batch", part, len(part))]

    def pickled(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases with a pickled copy of the reward."""
        return self._ask("pickled", cases, 1)

    def threads(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases in several threads at once."""
        return self._ask("threads", cases, len(cases))

    def timed(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score the cases one after the other; ``seconds`` is the CPU time of each."""
        return self._ask("timed", cases, 1)

    def end(self) -> None:
        """End the process; the next case starts a new one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _ask(self, way: str, cases: Sequence[Case], together: int) -> list[Outcome]:
        """The outcomes of the cases, as many as ``together`` of which may come at once, at the end."""
        limit = self._time_limit * (1 + (together - 1) / 4)
        outcomes: list[Outcome] = []
        hung = 0
        while len(outcomes) < len(cases):
            if hung >= MOST_HUNG:
                return outcomes + [Outcome("not asked")] * (len(cases) - len(outcomes))
            connection = (self._child or self._start()).connection
            try:
                connection.send((way, cases[len(outcomes) :]))
                while len(outcomes) < len(cases):
                    if not connection.poll(limit):
                        outcomes.append(Outcome("hung", problem=f"does not end within {limit:g} s"))
                        hung += 1
                        self.end()
                        break
                    outcomes.append(connection.recv())
            except (EOFError, ConnectionError):
                outcomes.append(Outcome("died", problem="ends its process"))
                hung += 1
                self.end()
        return outcomes

    def _start(self) -> Child:
        if self._method == "forkserver":
            multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
        try:  # no daemon, because a reward may start processes
            self._child = Child(_serve, self._scorer, method=self._method, daemon=False)
        except Exception as error:  # whatever pickle raises
            raise ConfigError(f"the reward cannot be pickled for another process: {error}") from error
        connection = self._child.connection
        try:
            ready = connection.poll(_START) and connection.recv()
        except (EOFError, ConnectionError):
            ready = False
        if not ready:
            self.end()
            raise ConfigError("the reward cannot be loaded in another process: it cannot be imported there")
        return self._child


def _serve(connection: Connection, scorer: Scorer) -> None:
    """Answer requests until the other side is closed."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # its pool of threads does not live through a fork
    sys.addaudithook(_watch)
    warnings.simplefilter("ignore")  # thousands of texts would give thousands
    connection.send(True)
    try:
        while True:
            way, cases = connection.recv()
            for outcome in _WAYS[way](scorer, cases):
                connection.send(outcome)
    except (EOFError, ConnectionError, KeyboardInterrupt):
        return


_seen: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec" and CANARY in getattr(arguments[0], "co_names", ()):
        _seen.append(event)


def _outcome(call: Callable[[], Any]) -> Outcome:
    """The outcome of a call, and what it did on the side."""
    before = _random_states()
    _seen.clear()
    outcome = _scored(call)
    after = _random_states()
    changed = tuple(name for name, state in before.items() if after[name] != state)
    return outcome._replace(random=changed, ran=bool(_seen))


def _scored(call: Callable[[], Any]) -> Outcome:
    try:
        result = call()
        if result is None:
            return Outcome("left out")
        score = read_score(result)
        return Outcome("scored", score.value, score.parts, score[2:])
    except BaseException as error:  # also SystemExit: none of them is a score
        return Outcome("raised", problem=f"raises {type(error).__name__}: {str(error)[:160]}")


def _single(scorer: Scorer, cases: Sequence[Case]) -> Iterator[Outcome]:
    for case in cases:
        yield _outcome(lambda case=case: scorer.score(case))  # type: ignore[misc]


def _batch(scorer: Scorer, cases: Sequence[Case]) -> Iterable[Outcome]:
    try:
        results = scorer.score_batch(cases)
    except BaseException as error:  # as above
        return [Outcome("raised", problem=f"raises {type(error).__name__}: {str(error)[:160]}")] * len(cases)
    if len(results) != len(cases):
        return [Outcome("raised", problem=f"gives {len(results)} scores for {len(cases)} texts")] * len(cases)
    return [_scored(lambda result=result: result) for result in results]  # type: ignore[misc]


def _pickled(scorer: Scorer, cases: Sequence[Case]) -> Iterable[Outcome]:
    try:
        copy = pickle.loads(pickle.dumps(scorer))
    except Exception as error:  # pickle raises many
        return [Outcome("raised", problem=f"cannot be pickled: {str(error)[:160]}")] * len(cases)
    return _single(copy, cases)


def _threads(scorer: Scorer, cases: Sequence[Case]) -> Iterable[Outcome]:
    """Each thread scores all cases, beginning with another, and yields at every line; what stands out is given."""
    alone = list(_single(scorer, cases))
    unlike: dict[int, Outcome] = {}

    def turns(thread: int) -> None:
        order = [(place + thread * len(cases) // _THREADS) % len(cases) for place in range(len(cases))]
        for place in order:
            sys.settrace(_yielding(_YIELDS))
            outcome = _scored(lambda case=cases[place]: scorer.score(case))  # type: ignore[misc]
            sys.settrace(None)
            if outcome != alone[place]._replace(random=(), ran=False):
                unlike[place] = outcome

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(turns, range(_THREADS)))
    return [unlike.get(place, outcome) for place, outcome in enumerate(alone)]


def _yielding(lines: int) -> Callable[..., Any]:
    """A trace function that lets the other threads go on at each of so many lines."""

    def trace(frame: object, event: str, argument: object) -> Any:
        nonlocal lines
        lines -= 1
        time.sleep(0)
        return trace if lines > 0 else None

    return trace


def _timed(scorer: Scorer, cases: Sequence[Case]) -> Iterator[Outcome]:
    for case in cases:
        begin = time.process_time()
        outcome = _scored(lambda case=case: scorer.score(case))  # type: ignore[misc]
        yield outcome._replace(seconds=time.process_time() - begin)


_WAYS: dict[str, Callable[[Scorer, Sequence[Case]], Iterable[Outcome]]] = {
    "single": _single,
    "batch": _batch,
    "pickled": _pickled,
    "threads": _threads,
    "timed": _timed,
}


def _random_states() -> dict[str, Any]:
    """The states of the global generators of what is imported."""
    states: dict[str, Any] = {"random": random.getstate()}
    if "numpy.random" in sys.modules:
        states["numpy.random"] = pickle.dumps(sys.modules["numpy.random"].get_state(legacy=False))
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return states
