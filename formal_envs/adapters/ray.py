"""Ray: a reward scored by tasks on all nodes of a cluster, which Ray places and repeats. It needs the extra ray."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.pool.worker import take_one_processor
from formal_envs.score import Reward, Score, Unscored, all_scored, score_batch

CHUNK = 16
"""Texts of a task, at most."""
_RETRIES = 1  # of a task whose process or node is lost: its texts are tried again alone then, as often


class RayReward:
    """A reward like the one that it is given, which scores a batch in tasks of Ray.

    Scores are those of the reward itself, in the order of the texts. A task whose process or node is lost is run again,
    by Ray, and then text by text; a text that is lost each time is ``Unscored``. What the reward raises is raised.
    There are at most twice as many tasks at a time as the cluster has CPUs. Where there is no node that could run them,
    they wait for one.

    Attributes:
        reward, range: the reward, and its range.

    Args:
        reward: goes to each process once; its package has to be installed on all nodes.
        **options: of each task, as ``ray.remote`` has them, such as ``num_gpus=0.25``.

    Raises:
        ConfigError: Ray is not installed, this process is not connected to a cluster, or the reward cannot be pickled.
    """

    def __init__(self, reward: Reward, **options: Any):
        try:
            import ray
        except ImportError:
            raise ConfigError("scoring on a cluster needs Ray: pip install 'formal-envs[ray]'") from None
        if not ray.is_initialized():
            raise ConfigError("connect to a cluster first: ray.init('auto'), or ray.init() for this machine alone")
        self.reward, self.range = reward, reward.range
        try:
            self._held = ray.put(reward)
        except Exception as error:  # pickle raises many
            raise ConfigError(f"the reward cannot be pickled for other processes: {error}") from error
        self._task = ray.remote(_score).options(max_retries=_RETRIES, retry_exceptions=False, **options)

    def __repr__(self) -> str:
        return f"RayReward({self.reward!r})"

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``."""
        import ray

        texts = list(zip(prompts, completions, strict=True))
        waiting = deque(range(first, min(first + CHUNK, len(texts))) for first in range(0, len(texts), CHUNK))
        most = max(2, int(2 * ray.cluster_resources().get("CPU", 1)))
        running: dict[Any, range] = {}
        results: dict[int, Score | Unscored] = {}
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    part = waiting.popleft()
                    # in a list, so that Ray does not fetch the reward again for each task
                    running[self._task.remote([self._held], texts[part.start : part.stop])] = part
                (done,), _ = ray.wait(list(running), num_returns=1)
                part = running.pop(done)
                try:
                    found: list[Score | Unscored] = ray.get(done)
                except _lost() as error:
                    if len(part) > 1:
                        waiting.extendleft(range(place, place + 1) for place in reversed(part))
                        continue
                    reason = str(error).strip().partition("\n")[0]
                    found = [Unscored(f"{type(error).__name__}: {reason}")]
                results.update(zip(part, found, strict=True))
        finally:
            for task in running:  # of an error, or a Ctrl-C
                ray.cancel(task, force=True)
        return [results[place] for place in range(len(texts))]


def _lost() -> tuple[type[Exception], ...]:
    """What Ray raises where a task's process or node is gone, and not its reward wrong."""
    from ray import exceptions

    return (
        exceptions.WorkerCrashedError,
        exceptions.NodeDiedError,
        exceptions.ObjectLostError,
        exceptions.OutOfMemoryError,
        exceptions.LocalRayletDiedError,
    )


def _score(held: Sequence[Any], texts: Sequence[tuple[str, str]]) -> list[Score | Unscored]:
    take_one_processor()
    prompts, completions = zip(*texts, strict=True)
    return score_batch(_fetch(held[0]), prompts, completions)


@lru_cache(maxsize=4)
def _fetch(held: Any) -> Reward:
    """The reward that Ray holds, in this process."""
    import ray

    reward: Reward = ray.get(held)
    return reward
