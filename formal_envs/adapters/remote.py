"""A reward that a server of ``formal-envs serve`` scores, here or on another machine. It needs the extra remote."""

from __future__ import annotations

import inspect
import json
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from formal_envs.adapters.trust import is_default, shown
from formal_envs.errors import ConfigError, check_integer, unknown
from formal_envs.score import Score, Unscored, all_scored, from_json
from formal_envs.tasks import Task, env_ids, find_task, make_task, option_names, task_name

if TYPE_CHECKING:
    import httpx2

ROWS = 256
"""Completions of a request, at most: so many are sent again where its answer is lost."""
TOKEN = "FORMAL_ENVS_TOKEN"
"""The environment variable in which commands look for a server's token."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0  # seconds
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})  # what another try may mend
_BUSY = frozenset({429, 503})
_log = logging.getLogger(__name__)


class RemoteReward:
    """A reward of an environment that a server scores.

    What is not answered is sent again: after half a second, then after twice as long each time, up to 30 seconds, each
    wait cut by a random share of at most a half, so that many clients do not come back at once. After the last try the
    completions are ``Unscored``, and until the server answers again each batch is tried once. A request that the server
    refuses is a ConfigError. Requests have at most ``ROWS`` completions, and no more than the server takes; what is
    longer than it takes is ``Unscored``.

    Attributes:
        url, env: of the server, and the id of the environment's text form.
        range: as the server says.

    Args:
        url: such as "http://127.0.0.1:8000".
        env: an environment that the server was started with.
        options: the environment's here, by which prompts are made. Those that decide the score have to be the server's.
        token: the server's.
        tries: how often a request is sent, 1 to 100.
        timeout: seconds until a request counts as not answered.
        seed: decides the waits; they differ each time without one.

    Raises:
        ConfigError: there is no server, it refuses, it has not this environment or scores it by other options; or
            httpx2 is not installed.
    """

    def __init__(
        self,
        url: str,
        env: str,
        *,
        options: Mapping[str, Any] | None = None,
        token: str | None = None,
        tries: int = 8,
        timeout: float = 300.0,
        seed: int | None = None,
    ):
        self.url = url.rstrip("/")
        self.env = env_ids(task_name(env))[0]
        self._arguments = {"options": dict(options or {}), "tries": tries, "timeout": timeout, "seed": seed}
        self._token = token
        self._tries = check_integer("tries", tries, 1, 100)
        self._timeout = timeout
        self._random = Random(seed)
        self._client: httpx2.Client | None = None
        self._given_up = False
        if not 0 < timeout < math.inf:
            raise ConfigError(f"timeout must be positive seconds, got {timeout!r}")
        if token is not None and not (token.isascii() and token.isprintable() and token.strip() == token != ""):
            raise ConfigError("a token is printable ASCII without spaces around it")
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"a server's address begins with http:// or https://, got {url!r}")
        try:
            about = self._ask("GET", "/environments")
        except Unscored as error:
            raise ConfigError(f"{error.reason}; a server is started by: formal-envs serve {self.env}") from None
        self.range, self._bounds = self._read(about, options or {})

    def __repr__(self) -> str:
        return f"RemoteReward({self.url!r}, {self.env!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.url, self.env, {**self._arguments, "token": self._token})

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``; nothing is sent to a server that was given up."""
        results: dict[int, Score | Unscored] = {}
        away: _Away | None = None
        for places, body in self._requests(prompts, completions, results):
            found: list[Score | Unscored] = [away] * len(places) if away else []
            try:
                found = found or self._scores(body, len(places))
            except Unscored as error:
                found = [error] * len(places)
                away = error if isinstance(error, _Away) else None
            results.update(zip(places, found, strict=True))
        return [results[place] for place in range(len(prompts))]

    def _requests(
        self, prompts: Sequence[str], completions: Sequence[str], results: dict[int, Score | Unscored]
    ) -> Iterator[tuple[list[int], bytes]]:
        """Places of completions and the body with them; those that cannot be sent go into the results."""
        longest, room = self._bounds["characters"], self._bounds["body"] - len('{"rows":[]}')
        places: list[int] = []
        rows: list[bytes] = []
        size = 0
        for place, (prompt, completion) in enumerate(zip(prompts, completions, strict=True)):
            row = json.dumps({"env": self.env, "prompt": prompt, "completion": completion}).encode()
            if (most := max(len(prompt), len(completion))) > longest or len(row) > room:
                results[place] = Unscored(f"the server takes texts of at most {longest} characters, and one has {most}")
            elif not _is_unicode(prompt + completion):
                results[place] = Unscored("a text with half of a character, a lone surrogate, cannot be sent")
            else:
                if rows and (len(rows) == min(ROWS, self._bounds["rows"]) or size + len(row) > room):
                    yield places, _body(rows)
                    places, rows, size = [], [], 0
                places.append(place)
                rows.append(row)
                size += len(row) + 1  # the comma
        if rows:
            yield places, _body(rows)

    def _scores(self, body: bytes, count: int) -> list[Score | Unscored]:
        answer = self._ask("POST", "/score", body)
        values = answer.get("scores") if isinstance(answer, dict) else None
        if not isinstance(values, list) or len(values) != count:
            raise self._strange(f"{count} scores", answer)
        try:
            return list(map(from_json, values))
        except ConfigError as error:
            raise ConfigError(f"{self.url}: {error}") from None

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        """The JSON that the server answers.

        Raises:
            Unscored: it does not, as often as it is tried; ``_Away`` where it seems to be gone.
            ConfigError: it refuses.
        """
        client = self._http()
        import httpx2

        reason, gone, least = "", False, 0.0
        tries = 1 if self._given_up else self._tries
        for number in range(tries):
            if number:
                self._wait(number, least, reason)
            try:
                response = client.request(method, path, content=body)
            except (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol) as error:
                raise ConfigError(f"{self.url} cannot be asked: {error}") from None
            except httpx2.TransportError as error:
                reason, gone, least = f"{self.url} does not answer ({str(error) or type(error).__name__})", True, 0.0
                continue
            if response.is_success:
                self._given_up = False
                try:
                    return response.json()
                except ValueError:
                    raise self._strange("JSON", response.text) from None
            reason = f"{self.url} says {response.status_code}: {_error(response)}"
            if response.status_code not in _AGAIN:
                raise ConfigError(reason)
            gone = response.status_code in _BUSY
            said = response.headers.get("retry-after", "")
            least = float(said) if said.isdecimal() else 0.0
        self._given_up = gone
        raise (_Away if gone else Unscored)(reason if tries == 1 else f"{reason}, {tries} times")

    def _http(self) -> httpx2.Client:
        if self._client is None:
            try:
                import httpx2
            except ImportError:
                raise ConfigError("a remote reward needs httpx2: pip install 'formal-envs[remote]'") from None
            headers = {"Content-Type": "application/json"}
            if self._token is not None:
                headers["Authorization"] = f"Bearer {self._token}"
            try:
                self._client = httpx2.Client(base_url=self.url, headers=headers, timeout=self._timeout)
            except httpx2.InvalidURL as error:
                raise ConfigError(f"{self.url!r} is no address of a server: {error}") from None
        return self._client

    def _wait(self, number: int, least: float, reason: str) -> None:
        """Wait before try ``number``, the first of all being 0, as long as the server asks at least."""
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (number - 1))
        wait = max(min(least, _LONGEST_WAIT), wait * (1 - self._random.random() / 2))
        _log.warning("%s; try %d of %d follows in %.1f s", reason, number + 1, self._tries, wait)
        time.sleep(wait)

    def _read(self, about: Any, options: Mapping[str, Any]) -> tuple[tuple[float, float], dict[str, int]]:
        """The reward's range and the server's bounds."""
        try:
            served = {str(each["env"]): each for each in about["environments"]}
            bounds = {name: int(about["bounds"][name]) for name in ("rows", "characters", "body")}
            if self.env not in served:
                raise ConfigError(f"{self.url} serves {', '.join(served)}, not {self.env}")
            low, high = map(float, served[self.env]["range"])
            theirs = _deciding(self.env, served[self.env]["options"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, ConfigError):
                raise
            raise self._strange("what it serves", about) from None
        own = _deciding(self.env, options)
        for name in sorted({*own, *theirs}):
            if own.get(name) != theirs.get(name):
                said, meant = (shown(each.get(name, "the default")) for each in (theirs, own))
                raise ConfigError(
                    f"{self.url} scores {self.env} with {name}={said}, and here it is {meant}: "
                    "start the server with the same --set options"
                )
        return (low, high), bounds

    def _strange(self, expected: str, got: object) -> ConfigError:
        return ConfigError(f"{self.url} is no server of formal-envs: expected {expected}, got {shown(got)}")


class _Away(Unscored):
    """The server did not answer, so that there is no use in asking on."""


def remote_task(
    url: str, env: str, options: Mapping[str, Any], *, token: str | None = None
) -> tuple[Task, RemoteReward]:
    """A task, and its reward on a server; nothing of the reward is made here, where its model need not be.

    Args: options, of the environment.

    Raises:
        ConfigError: as of ``make_task`` and of ``RemoteReward``.
    """
    known = option_names(env)
    for name in options:
        if name not in known:
            raise unknown("option", name, known)
    reward = RemoteReward(url, env, options=options, token=token)
    own = find_task(task_name(env)).task_options
    task, _ = make_task(task_name(env), reward=reward, **{name: options[name] for name in options if name in own})
    return task, reward


def _deciding(env: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options on which scores depend, as JSON has them, without those that are as by default."""
    spec = find_task(task_name(env))
    name = options.get("reward") or next(iter(spec.rewards))
    deciding = {"reward", *spec.reward_options}
    if name in spec.rewards and "task" in inspect.signature(spec.rewards[name]).parameters:
        deciding |= {*spec.task_options} - {"split"}
    found = {
        option: json.loads(json.dumps(value, default=repr))
        for option, value in options.items()
        if option in deciding and option != "reward" and not is_default(spec, option, value)
    }
    return {**found, "reward": name}


def _rebuilt(url: str, env: str, arguments: dict[str, Any]) -> RemoteReward:
    return RemoteReward(url, env, **arguments)


def _body(rows: Sequence[bytes]) -> bytes:
    return b'{"rows":[' + b",".join(rows) + b"]}"


def _error(response: httpx2.Response) -> str:
    """What an answer says is wrong, on one line."""
    try:
        said = response.json()["error"]
    except (ValueError, TypeError, KeyError):
        said = response.text
    return " ".join(str(said).split())[:300] or response.reason_phrase


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
