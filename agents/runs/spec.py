"""What a run is of: an environment, the options of its task, and the trainer's settings."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.runs.config import PPOConfig, SFTConfig, TrainingConfig
from agents.runs.environments import task_name
from agents.runs.files import check_texts, find_checkpoint, is_run, read_config, write_json
from agents.runs.recipes import recipe
from formal_envs.envs.attempts import Attempts
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError, unknown
from formal_envs.model_hub import check_name
from formal_envs.score import Reward
from formal_envs.tasks import TASKS, Task, env_ids, make_task, option_names
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer, load_tokenizer

TRAINERS: dict[str, type[TrainingConfig]] = {"ppo": PPOConfig, "sft": SFTConfig}
"""Ways of training by name, with the class of their settings."""


@dataclass(frozen=True)
class RunSpec:
    """What to train on and how: an environment's id, the options of its task, and the trainer's settings."""

    env: str
    options: Mapping[str, Any]
    config: TrainingConfig

    @classmethod
    def parse(cls, env: str, settings: Mapping[str, Any], kind: type[TrainingConfig] = PPOConfig) -> RunSpec:
        """Sort settings by name into the task's options and the trainer's.

        What is not given comes from the run that ``model`` names, if it names one (the longest completion, and its
        options where it is on the same task), then from agents/runs/recipes.py, then from the trainer's defaults.

        Raises:
            ConfigError: the id or a name is unknown (the nearest is named), or a value is out of range.
        """
        task = task_name(env)
        source = str(settings.get("model", ""))
        known = option_names(task)
        given = {**recipe(task, kind, bool(source)), **_inherited(source, task), **settings}
        options = {name: given[name] for name in given if name in known}
        rest = {name: given[name] for name in given if name not in options}
        for name in rest:
            if name not in kind.names():
                raise unknown("setting", name, [*kind.names(), *known])
        spec = cls(env, options, kind.from_dict(rest))
        spec.layout()
        return spec

    @classmethod
    def read(cls, folder: Path) -> RunSpec:
        """That of an existing run, from the config.json in its folder.

        Raises:
            ConfigError: the folder holds no run, or the file is damaged.
        """
        text = read_config(folder)
        if "agent" not in text:
            raise ConfigError(f"{folder} holds no run: there is no config.json of one in it")
        try:
            return cls(text["env"], text["options"], TRAINERS[text["trainer"]].from_dict(text["agent"]))
        except (KeyError, AttributeError) as error:
            raise ConfigError(f"{folder}/config.json is damaged ({error!r}): put a copy of it back") from None

    def write(self, folder: Path, processes: int) -> None:
        """Write config.json into the folder of a run that so many processes begin."""
        (trainer,) = (name for name, kind in TRAINERS.items() if kind is type(self.config))
        text = {"env": self.env, "options": dict(self.options), "trainer": trainer, "agent": self.config.as_dict()}
        write_json(folder / "config.json", {**text, "processes": processes})

    def build(self) -> tuple[Task, Reward]:
        """The task and its reward, on a server where the settings name one."""
        if self.config.scorer:
            from formal_envs.adapters.remote import TOKEN, remote_task

            env = env_ids(task_name(self.env))[0]
            return remote_task(self.config.scorer, env, self.options, token=os.environ.get(TOKEN) or None)
        return make_task(task_name(self.env), **self.options)

    def task(self, **changes: Any) -> Task:
        """The task alone, with some options changed."""
        make = TASKS[task_name(self.env)].task
        names = inspect.signature(make).parameters
        return make(**{name: value for name, value in {**self.options, **changes}.items() if name in names})

    @property
    def attempts(self) -> Attempts:
        """How many an episode has, and what they cost."""
        return self.config.all_attempts

    def layout(self, saved: Path | None = None) -> TokenLayout:
        """The tokenizer, the longest completion and the tokens that one may hold, as in the token environment.

        A model keeps the list of words that it was trained with, whatever words its task has got since. Those that the
        list lacks are written character by character, in completions of the length that all words would need.

        Args: saved, the run's own checkpoint, where it has one: it holds the tokenizer that the run began with.

        Raises:
            ConfigError: the model, or its tokenizer, is not to be found, it cannot write the task's words, or there are
                no masks for them; or the checkpoint is damaged.
        """
        if saved:
            check_texts(saved)
        task, name = self.task(), str(saved or self.config.tokenizer or self.config.model or "word")
        if name == self.config.model:
            check_model_name(name)  # before the tokenizer's loader does
        if is_run(Path(name)):
            name = str(_checkpoint_of(Path(name)))
        tokenizer = load_tokenizer(name, task.charset, task.vocabulary)
        longest = self.config.max_tokens or (TokenLayout(task).max_tokens if _lacks_words(tokenizer, task) else None)
        return TokenLayout(task, tokenizer, longest, self.config.mask, self.attempts.most)


def check_model_name(name: str) -> None:
    """Pass if there is a model of that name; otherwise a ConfigError that names what needs no network."""
    check_name(
        name,
        "causal language model",
        "Without a network leave out --model: a small GPT-2 with random weights is made; or give the folder of a run "
        "of `formal-envs sft`",
    )


def _inherited(source: str, task: str) -> dict[str, Any]:
    """Settings that a run on another run's model keeps: the longest completion, and the options of the same task."""
    if not source or not is_run(Path(source)):
        return {}
    spec = RunSpec.read(Path(source))
    return {**(spec.options if task_name(spec.env) == task else {}), "max_tokens": spec.config.max_tokens}


def _lacks_words(tokenizer: Tokenizer, task: Task) -> bool:
    """Whether a tokenizer of words, not of characters alone, has only some of a task's words."""
    if not isinstance(tokenizer, VocabularyTokenizer) or all(len(token) == 1 for token in tokenizer.tokens):
        return False
    return not set(task.vocabulary) <= set(tokenizer.tokens)


def _checkpoint_of(run: Path) -> Path:
    found = find_checkpoint(run / "checkpoint")
    if found is None:
        raise ConfigError(f"no tokenizer at {str(run)!r}: the run has no checkpoint yet; --resume it first")
    return found
