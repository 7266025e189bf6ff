"""The side of the other process: it scores cases, and says what came of each."""

from __future__ import annotations

import pickle
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from formal_envs.testing import watching
from formal_envs.testing.calls import Scorer, read_score
from formal_envs.testing.cases import Case, Outcome
from formal_envs.testing.silence import Silence

_THREADS = 4
_OWN = str(Path(__file__).parent)
_YIELDS = 25  # lines of a score at which a thread lets the others go on
_OFTEN = 0.005  # seconds after which the other side is told how far it is
_FULL = 16_384  # bytes in the pipe of outcomes after which it is told; a pipe holds 65,536, and some systems less


def serve(connection: Connection, outcomes: Connection, scorer: Scorer | bytes) -> None:
    """Answer requests until the other side is closed.

    A request is a way of scoring and cases. Outcomes are written to a pipe, one by one, and the connection says how
    many there are: what is done when a case hangs can be read, and the other side need not wake for each.
    """
    silence = Silence()
    try:
        own = pickle.loads(scorer) if isinstance(scorer, bytes) else scorer
    except BaseException as error:  # whatever its modules raise when they are imported
        connection.send(f"{type(error).__name__}: {str(error)[:60]}")
        return
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # its pool of threads does not live through a fork
    watching.begin()
    warnings.simplefilter("ignore")  # thousands of texts would give thousands
    connection.send("")
    try:
        while True:
            way, cases = connection.recv()
            _answer(connection, outcomes, _WAYS[way](own, cases), silence)
    except (EOFError, ConnectionError, KeyboardInterrupt):
        return


def _answer(connection: Connection, pipe: Connection, outcomes: Iterable[Outcome], silence: Silence) -> None:
    ready = size = 0
    told, printed = time.monotonic(), silence.printed
    for outcome in outcomes:
        if silence.printed != printed:
            outcome = outcome._replace(printed=silence.printed - printed)
            printed = silence.printed
        data = pickle.dumps(outcome)
        ready, size = ready + 1, size + len(data)
        if size > _FULL:  # told before it is written, as the pipe may be full until the other side reads
            connection.send(ready)
            ready, size, told = 0, 0, time.monotonic()
        pipe.send_bytes(data)
        if ready and time.monotonic() - told > _OFTEN:
            connection.send(ready)
            ready, size, told = 0, 0, time.monotonic()
    if ready:
        connection.send(ready)


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
    """The outcomes, with what each call did on the side."""
    _stir()
    before = _random_states()
    for case in cases:
        threads = watching.start()
        outcome = _scored(lambda case=case: scorer.score(case))  # type: ignore[misc]
        acts = watching.stop(threads)
        after = _random_states()
        if acts or after != before:
            changed = tuple(name for name, state in before.items() if after[name] != state)
            outcome = outcome._replace(random=changed, acts=acts)
        before = after
        yield outcome


def _truths(scorer: Scorer, cases: Sequence[Case]) -> Iterator[Outcome]:
    for case in cases:
        yield _scored(lambda case=case: bool(scorer.score(case)))  # type: ignore[misc]


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
    alone = [_scored(lambda case=case: scorer.score(case)) for case in cases]  # type: ignore[misc]
    unlike: dict[int, Outcome] = {}

    def turns(thread: int) -> None:
        order = [(place + thread * len(cases) // _THREADS) % len(cases) for place in range(len(cases))]
        for place in order:
            sys.settrace(_yielding(_YIELDS))
            outcome = _scored(lambda case=cases[place]: scorer.score(case))  # type: ignore[misc]
            sys.settrace(None)
            if outcome != alone[place] and "raises SystemError" not in outcome.problem:  # a fault of Python's own
                unlike[place] = outcome

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(turns, range(_THREADS)))
    return [unlike.get(place, outcome) for place, outcome in enumerate(alone)]


def _yielding(lines: int) -> Callable[..., Any]:
    """A trace function that lets the other threads go on at each of so many lines that are not the kit's own."""

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename.startswith(_OWN):
            return trace
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
    "truths": _truths,
    "batch": _batch,
    "pickled": _pickled,
    "threads": _threads,
    "timed": _timed,
}


def _stir() -> None:
    """Change the states of the global generators, so that to set them to what they were set to before is seen."""
    random.random()
    for module, draw in (("numpy.random", "random"), ("torch", "rand")):
        if module in sys.modules:
            getattr(sys.modules[module], draw)(1)


def _random_states() -> dict[str, Any]:
    """The states of the global generators of what is imported."""
    states: dict[str, Any] = {"random": random.getstate()}
    if "numpy.random" in sys.modules:
        states["numpy.random"] = pickle.dumps(sys.modules["numpy.random"].get_state(legacy=False))
    if "torch" in sys.modules:
        states["torch"] = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return states
