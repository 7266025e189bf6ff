"""What the lab's page asks about runs, as routes below /lab/runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agents.lab.comparing import agreement, common_steps, pairs_of, parting, points_of
from agents.lab.runs import Runs, RunView, groups_of
from agents.lab.samples import Query, bounded_number
from formal_envs.errors import ConfigError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

Asked = Mapping[str, str]
PAGE, POINTS, CURVES, SCATTERED = 100, 600, 24, 4000
"""At most in one answer: samples, points of a curve, curves, points of a scatter."""
_LONGEST = 400  # characters of one parameter
_BANDS = 20


def run_routes(runs: Runs) -> list[BaseRoute]:
    """The routes, all of which are read and change nothing. A run is one of ``runs``, by its name there."""
    from starlette.routing import Route

    answers: dict[str, Callable[[Runs, Asked], dict[str, Any]]] = {
        "": _list,
        "/run": _run,
        "/metrics": _metrics,
        "/samples": _samples,
        "/groups": _groups,
        "/pairs": _pairs,
        "/agreement": _agreement,
    }
    return [Route(f"/lab/runs{path}", _answering(runs, answer), methods=["GET"]) for path, answer in answers.items()]


def _answering(runs: Runs, answer: Callable[[Runs, Asked], dict[str, Any]]) -> Callable[[Request], Any]:
    async def answering(request: Request) -> Any:
        from starlette.concurrency import run_in_threadpool

        from formal_envs.serving.gate import json_response, refusal

        asked = dict(request.query_params)
        try:
            for name, text in asked.items():
                if len(text) > _LONGEST:
                    raise ConfigError(f"{name[:40]} has more than {_LONGEST} characters")
            return json_response(await run_in_threadpool(answer, runs, asked))
        except ConfigError as error:
            return refusal(str(error), 400)

    return answering


def _list(runs: Runs, asked: Asked) -> dict[str, Any]:
    lines = []
    for run in runs.all():
        with run.lock:
            lines.append(run.line())
    return {"runs": lines}


def _run(runs: Runs, asked: Asked) -> dict[str, Any]:
    run = _named(runs, asked)
    with run.lock:
        return run.whole()


def _metrics(runs: Runs, asked: Asked) -> dict[str, Any]:
    run = _named(runs, asked)
    names = asked.get("names", "").split(",")[:CURVES]
    points = min(_integer(asked, "points", 300), POINTS)
    with run.lock:
        run.metrics.update()
        return {"curves": {name: run.metrics.curve(name, points) for name in names if name in run.metrics.names}}


def _samples(runs: Runs, asked: Asked) -> dict[str, Any]:
    """A page of samples; with ``place`` the one at that place of the file."""
    run = _named(runs, asked)
    with run.lock:
        samples = run.samples(asked.get("rescored", ""))
        if "place" in asked:
            place = _integer(asked, "place", 0)
            return {"samples": samples.rows(samples.entries[place : place + 1]), "total": 1}
        found = samples.find(_query(asked))
        offset, limit = _page(asked)
        rows = [row for row in samples.rows(found[offset : offset + limit]) if row]
        return {"samples": rows, "total": len(found), "all": len(samples.entries)}


def _groups(runs: Runs, asked: Asked) -> dict[str, Any]:
    run = _named(runs, asked)
    with run.lock:
        return groups_of(run.samples(), _integer(asked, "step", 0), *_page(asked))


def _pairs(runs: Runs, asked: Asked) -> dict[str, Any]:
    one, other = _named(runs, asked), _named(runs, asked, "with")
    first, second = sorted((one, other), key=lambda run: run.name)  # always locked in one order
    if first is second:
        raise ConfigError("choose two runs")
    with first.lock, second.lock:
        ours, theirs = one.samples(), other.samples()
        steps = common_steps(ours, theirs)
        step = _integer(asked, "step", steps[-1] if steps else 0)
        return {"steps": steps, "step": step, **pairs_of(ours, theirs, step, *_page(asked))}


def _agreement(runs: Runs, asked: Asked) -> dict[str, Any]:
    run = _named(runs, asked)
    with run.lock:
        name = asked.get("rescored", "")
        samples = run.samples(name)
        bands = agreement(samples.entries, _BANDS)
        return {
            "bands": bands,
            "parting": parting(bands, name),
            "points": points_of(samples.entries, SCATTERED),
            "samples": len(samples.entries),
            "left_out": samples.left_out(),
        }


def _named(runs: Runs, asked: Asked, name: str = "run") -> RunView:
    return runs.get(asked.get(name, ""))


def _query(asked: Asked) -> Query:
    return Query(
        first=_optional(asked, "first"),
        last=_optional(asked, "last"),
        group=_optional(asked, "group"),
        part=asked.get("part", ""),
        least=bounded_number(asked["least"], "least") if asked.get("least") else None,
        most=bounded_number(asked["most"], "most") if asked.get("most") else None,
        failure=asked.get("failure", ""),
        text=asked.get("text", ""),
        sort=asked.get("sort", "step"),
        down=asked.get("down") == "1",
    )


def _page(asked: Asked) -> tuple[int, int]:
    return _integer(asked, "offset", 0), min(_integer(asked, "limit", 25), PAGE)


def _integer(asked: Asked, name: str, default: int) -> int:
    found = _optional(asked, name)
    return default if found is None else found


def _optional(asked: Asked, name: str) -> int | None:
    text = asked.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise ConfigError(f"{name} must be a whole number, got {text[:40]!r}")
    return int(text)
