"""NeMo-Gym's servers as functions: the text goes in as the model's response, through the server's own ``verify``."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from typing import Any

SERVERS: dict[str, tuple[str, dict[str, Any]]] = {
    "mcqa": ("mcqa", {"boxed": True}),
    "mcqa, lenient_boxed": ("mcqa", {"boxed": True, "grading_mode": "lenient_boxed"}),
    "gpqa_diamond": ("gpqa_diamond", {"boxed": True}),
    "string_match": ("string_match", {"boxed": True}),
    "equivalence_rule": ("equivalence_rule", {}),
    "hotpotqa_qa": ("hotpotqa_qa", {}),
    "ruler, qa_1": ("ruler", {"subset": "qa_1", "length": 10}),
    "ruler, niah_single_1": ("ruler", {"subset": "niah_single_1", "length": 10}),
    "mrcr": ("mrcr", {"random_string_to_prepend": "", "n_needles": 2, "n_tokens": 10}),
}


def through_verify(module: str, fields: Mapping[str, Any]) -> Callable[[str, str], float]:
    """A function of a completion and a solution that asks a server; ``fields`` are further fields of the request."""
    app = importlib.import_module(f"resources_servers.{module}.app")
    base = importlib.import_module("nemo_gym.base_resources_server")
    messages = importlib.import_module("nemo_gym.openai_utils")
    classes = [one for one in vars(app).values() if isinstance(one, type)]
    (server,) = [c for c in classes if c.__module__ == app.__name__ and issubclass(c, base.SimpleResourcesServer)]
    request = next(c for c in classes if c.__name__.endswith("VerifyRequest") and c is not base.BaseVerifyRequest)
    config = next(c for c in classes if c.__name__.endswith("Config") and c.__module__ == app.__name__)
    serving = server.model_construct(config=config.model_construct())
    more = {name: value for name, value in fields.items() if name != "boxed"}

    def verify(completion: str, solution: str) -> float:
        content = [{"type": "output_text", "text": completion, "annotations": []}]
        message = {"id": "m", "role": "assistant", "status": "completed", "type": "message", "content": content}
        given = {"id": "r", "created_at": 0, "model": "m", "object": "response", "output": [message]}
        given |= {"parallel_tool_calls": False, "tool_choice": "auto", "tools": []}
        options = [{letter: f"option {letter}"} for letter in "ABCD"]
        body = request(
            responses_create_params={"input": "?"},
            response=messages.NeMoGymResponse(**given),
            **{"expected_answer": solution, "outputs": [solution], "options": options, **more},
        )
        return float(asyncio.run(serving.verify(body)).reward)

    return verify
