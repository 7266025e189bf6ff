"""NeMo-Gym: an environment as a resources server. It needs nemo-gym, and the Python that this asks for.

What ``formal-envs export --format nemo-gym`` writes is this server with an environment.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from fastapi import HTTPException
from nemo_gym.base_resources_server import (
    BaseMultiRewardVerifyResponse,
    BaseResourcesServerConfig,
    BaseVerifyRequest,
    ReverifyMode,
    SimpleResourcesServer,
)
from nemo_gym.judge import JudgeError
from nemo_gym.openai_utils import NeMoGymResponse
from pydantic import ConfigDict

from formal_envs.adapters.exports.environment import Environment
from formal_envs.errors import ConfigError
from formal_envs.score import Unscored


class ProblemConfig(BaseResourcesServerConfig):
    """A score is a function of the row's id and the text, so that a stored response can be scored again."""

    REVERIFY_MODE: ClassVar[ReverifyMode] = ReverifyMode.STATELESS


class ProblemRequest(BaseVerifyRequest):
    """A row with its response.

    Attributes:
        id: the row's.
    """

    id: str


class ProblemResponse(BaseMultiRewardVerifyResponse):
    """A score. The parts of it are fields, too, by the names ``part_NAME``.

    Attributes:
        reward_components: the reward alone, since the parts do not add up to it.
        failure, failed_at: as a Score has them.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    failure: str | None
    failed_at: int | None


class ProblemServer(SimpleResourcesServer):
    """Pays the last message of the model as the environment does.

    Attributes:
        environment: whose problems it scores; a row of another is refused.
    """

    ray_enabled = False
    config: ProblemConfig
    environment: ClassVar[Environment]

    async def verify(self, body: ProblemRequest) -> ProblemResponse:
        """Score a response.

        Raises:
            HTTPException: 422, the id is none, is of another environment, or asks for what this one does not have.
            JudgeError: the score could not be given; NeMo-Gym masks the sample, and tries it again when resumed.
        """
        try:
            score = await asyncio.to_thread(self.environment.score, body.id, text_of(body.response))
        except ConfigError as error:
            raise HTTPException(422, str(error)) from None
        except Unscored as error:
            raise JudgeError(str(error)) from error
        return ProblemResponse(
            **body.model_dump(),
            **{f"part_{name}": value for name, value in score.parts.items()},
            reward=score.value,
            reward_components={"reward": score.value},
            failure=score.failure,
            failed_at=score.failed_at,
        )


def text_of(response: NeMoGymResponse) -> str:
    """The text of the last message of a response; empty where there is none."""
    messages = [item for item in response.output if item.type == "message"]
    if not messages:
        return ""
    content = messages[-1].content
    if isinstance(content, str):
        return content
    return "".join(block.text for block in content if block.type == "output_text")


def answered(text: str) -> dict[str, Any]:
    """A response, as JSON, that says a text, for tests."""
    said = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": "0", "role": "assistant", "status": "completed", "type": "message", "content": [said]}
    made = {"id": "0", "created_at": 0.0, "model": "none", "object": "response", "output": [message]}
    return {**made, "parallel_tool_calls": False, "tool_choice": "none", "tools": []}
