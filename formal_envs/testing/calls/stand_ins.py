"""Objects in the place of those that trainers give rewards: what a reward reads of them, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formal_envs.testing.cases import Case, Problem


class Text(str):
    """A text that has itself as each of the fields in which actions of OpenEnv hold it."""

    __slots__ = ()

    def _itself(self) -> str:
        return str(self)

    text = message = content = answer = response = completion = output = code = property(_itself)


@dataclass(frozen=True)
class Observation:
    """What an environment of OpenEnv shows: the prompt, the solution, and the row's other columns in ``metadata``."""

    prompt: str
    solution: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    done: bool = True
    reward: float | None = None

    def __getattr__(self, name: str) -> Any:
        if name in ("question", "problem", "text", "message", "observation"):
            return self.prompt
        if name in ("answer", "target", "expected", "ground_truth", "gold", "reference", "label"):
            return self.solution
        if not name.startswith("_") and name in self.metadata:
            return self.metadata[name]
        raise AttributeError(name)


@dataclass(frozen=True)
class Message:
    """A message of a conversation, which is read by attribute or by key."""

    role: str
    content: str

    def __getitem__(self, key: str) -> str:
        return {"role": self.role, "content": self.content}[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return {"role": self.role, "content": self.content}.get(key, default)


@dataclass(frozen=True)
class TaskData:
    """What a task of verifiers holds: the prompt, the solution by any name, and the row's other columns."""

    prompt: str
    solution: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prompt_text(self) -> str:
        """The prompt."""
        return self.prompt

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self.columns:
            return self.columns[name]
        if name in ("answer", "target", "expected", "ground_truth", "gold", "reference", "label"):
            return self.solution
        if name in ("question", "problem"):
            return self.prompt
        raise AttributeError(name)


@dataclass
class TraceTask:
    """The task of a trace."""

    data: Any


@dataclass
class Trace:
    """A rollout of verifiers of one reply; of a text that is scored the reply is that text."""

    task: TraceTask
    reply: str
    info: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    metrics: dict[str, float] = field(default_factory=dict)
    rewards: dict[str, Any] = field(default_factory=dict)
    tool_messages: tuple[Any, ...] = ()
    num_turns: int = 1
    is_completed: bool = True
    is_truncated: bool = False
    ok: bool = True

    @property
    def last_reply(self) -> str:
        """The reply without white space around it, as verifiers has it."""
        return self.reply.strip()

    @property
    def messages(self) -> list[Message]:
        """The prompt and the reply."""
        return [Message("user", self.task.data.prompt), *self.assistant_messages]

    @property
    def assistant_messages(self) -> list[Message]:
        """The reply."""
        return [Message("assistant", self.reply)]

    @property
    def last_message(self) -> Message:
        """The reply."""
        return self.assistant_messages[-1]

    @property
    def transcript(self) -> str:
        """The conversation as a text."""
        return "\n\n".join(f"[{message.role}]\n{message.content}" for message in self.messages)


@dataclass
class TrainerState:
    """The fields of the trainer's state of transformers that rewards read, before the first step."""

    global_step: int = 0
    max_steps: int = 100
    epoch: float = 0.0
    num_train_epochs: int = 1
    log_history: list[dict[str, Any]] = field(default_factory=list)
    is_world_process_zero: bool = True


class Parser:
    """The plain parser of verifiers: the text itself."""

    def __repr__(self) -> str:
        return "Parser()"

    def parse(self, text: str) -> str:
        """The text."""
        return text

    def parse_answer(self, completion: Any) -> str:
        """The text of a completion, or of its last message."""
        return completion if isinstance(completion, str) else str(completion[-1]["content"])


def log(*arguments: Any, **named: Any) -> None:
    """Log nothing, in the place of TRL's ``log_extra`` and ``log_metric``."""


def ids(text: str) -> list[int]:
    """Token ids of a text: its bytes."""
    return list(text.encode("utf-8", "surrogatepass"))


def given(role: str, case: Case, shape: str) -> Any:
    """What a parameter of a role is given for a case; ``shape`` is "text", "messages" or "blocks"."""
    problem, text = case.problem, case.completion
    if role == "prompt":
        return problem.prompt if shape == "text" else problem.messages or [_message("user", problem.prompt, shape)]
    if role in ("completion", "messages", "blocks"):
        shape = shape if role == "completion" else role
        return text if shape == "text" else [_message("assistant", text, shape)]
    return _GIVEN[role](problem, text)


def _message(role: str, text: str, shape: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}] if shape == "blocks" else text}


def _data(problem: Problem) -> TaskData:
    return TaskData(problem.prompt, problem.solution, problem.columns)


_GIVEN: dict[str, Callable[[Problem, str], Any]] = {
    "solution": lambda problem, text: problem.solution,
    "query": lambda problem, text: problem.prompt + text,
    "ids": lambda problem, text: ids(text),
    "trainer_state": lambda problem, text: TrainerState(),
    "log": lambda problem, text: log,
    "extra_info": lambda problem, text: dict(problem.columns),
    "data_source": lambda problem, text: "check_reward",
    "entry": lambda problem, text: {
        **{"question": problem.prompt, "answer": problem.solution, "metadata": {}},
        **problem.columns,
    },
    "trace": lambda problem, text: Trace(TraceTask(_data(problem)), text),
    "state": lambda problem, text: {
        **{"prompt": problem.prompt, "completion": text, "answer": problem.solution, "info": {}, "turn": 1},
        **problem.columns,
    },
    "info": lambda problem, text: dict(problem.columns),
    "parser": lambda problem, text: Parser(),
    "action": lambda problem, text: Text(text),
    "observation": lambda problem, text: Observation(
        problem.prompt, problem.solution, {"answer": problem.solution, **problem.columns}
    ),
    "task_data": lambda problem, text: _data(problem),
    "task_name": lambda problem, text: "default",
    "nothing": lambda problem, text: None,
}
