"""A client of an environment that OpenEnv serves. It needs ``openenv[core]`` and nothing else of this package.

::

    with FormalEnv(base_url="http://localhost:8000/FormalArith-v0").sync() as env:
        prompt = env.reset(split="train", index=0).observation.prompt
        print(env.step(FormalAction(completion="29")).reward)
"""

from typing import Any

import httpx
from openenv.core import EnvClient
from openenv.core.client_types import StepResult

from formal_envs.serving.openenv_models import FormalAction, FormalObservation, FormalState

_SECONDS = 60.0  # for an answer about tasks


class FormalEnv(EnvClient[FormalAction, FormalObservation, FormalState]):  # type: ignore[misc, unused-ignore]
    """Episodes by ``reset`` and ``step``; beside them what problems there are.

    A server with a token wants ``headers={"Authorization": "Bearer TOKEN"}``.
    """

    def list_splits(self) -> list[str]:
        """The names of the splits."""
        return [split["name"] for split in self._ask("GET", "splits")]

    def num_tasks(self, split: str) -> int:
        """How many problems a split has."""
        return int(self._ask("POST", "num_tasks", split=split)["num_tasks"])

    def get_task(self, split: str, index: int) -> dict[str, Any]:
        """A problem: ``id``, ``split``, ``index`` and ``prompt``."""
        task: dict[str, Any] = self._ask("POST", "task", split=split, index=index)["task"]
        return task

    def get_task_range(self, split: str, start: int, stop: int) -> list[dict[str, Any]]:
        """The problems from ``start`` to before ``stop``."""
        tasks: list[dict[str, Any]] = self._ask("POST", "task_range", split=split, start=start, stop=stop)["tasks"]
        return tasks

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        base = self.base_url.replace("ws", "http", 1) if self.base_url.startswith("ws") else self.base_url
        with httpx.Client(base_url=base, headers=self._headers, timeout=_SECONDS) as client:
            (name,) = client.get("/list_environments").raise_for_status().json()
            return client.request(method, f"/{name}/{path}", json=body or None).raise_for_status().json()

    def _step_payload(self, action: FormalAction) -> dict[str, Any]:
        return {"completion": action.completion}

    def _parse_result(self, payload: dict[str, Any]) -> StepResult[FormalObservation]:
        reward, done = payload["reward"], payload["done"]
        observation = FormalObservation(**{**payload["observation"], "reward": reward, "done": done})
        return StepResult(observation=observation, reward=reward, done=done)

    def _parse_state(self, payload: dict[str, Any]) -> FormalState:
        return FormalState(**payload)
