"""A run's folder: config.json, metrics.jsonl, samples.jsonl, summary.json, tensorboard/, checkpoint/ and curves.png."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from agents.runs.config import PPOConfig, SFTConfig, TrainingConfig
from agents.runs.recipes import recipe
from formal_envs.envs import task_name
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError, unknown
from formal_envs.model_hub import check_name
from formal_envs.score import Reward, Score
from formal_envs.tasks import TASKS, Task, make_task, option_names
from formal_envs.tokenizers import Tokenizer, VocabularyTokenizer, load_tokenizer

TRAINERS: dict[str, type[TrainingConfig]] = {"ppo": PPOConfig, "sft": SFTConfig}
"""Ways of training by name, with the class of their settings."""
TRAINER_FILE = "trainer.pt"
"""What a checkpoint holds for the trainer, beside the model and its tokenizer."""


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

    def build(self) -> tuple[Task, Reward]:
        """The task and its reward."""
        return make_task(task_name(self.env), **self.options)

    def task(self, **changes: Any) -> Task:
        """The task alone, with some options changed."""
        make = TASKS[task_name(self.env)].task
        names = inspect.signature(make).parameters
        return make(**{name: value for name, value in {**self.options, **changes}.items() if name in names})

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
            _check_texts(saved)
        task, name = self.task(), str(saved or self.config.tokenizer or self.config.model or "word")
        if name == self.config.model:
            check_model_name(name)  # before the tokenizer's loader does
        if is_run(Path(name)):
            name = str(_checkpoint_of(Path(name)))
        tokenizer = load_tokenizer(name, task.charset, task.vocabulary)
        longest = self.config.max_tokens or (TokenLayout(task).max_tokens if _lacks_words(tokenizer, task) else None)
        return TokenLayout(task, tokenizer, longest, self.config.mask)


def _inherited(source: str, task: str) -> dict[str, Any]:
    """Settings that a run on another run's model keeps: the longest completion, and the options of the same task."""
    if not source or not is_run(Path(source)):
        return {}
    spec = Run.open(Path(source)).spec
    return {**(spec.options if task_name(spec.env) == task else {}), "max_tokens": spec.config.max_tokens}


def _lacks_words(tokenizer: Tokenizer, task: Task) -> bool:
    """Whether a tokenizer of words, not of characters alone, has only some of a task's words."""
    if not isinstance(tokenizer, VocabularyTokenizer) or all(len(token) == 1 for token in tokenizer.tokens):
        return False
    return not set(task.vocabulary) <= set(tokenizer.tokens)


def check_model_name(name: str) -> None:
    """Pass if there is a model of that name; otherwise a ConfigError that names what needs no network."""
    check_name(
        name,
        "causal language model",
        "Without a network leave out --model: a small GPT-2 with random weights is made; or give the folder of a run "
        "of `formal-envs sft`",
    )


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run, or else of a model, or of nothing.

    Raises:
        ConfigError: its config.json is damaged.
    """
    return "agent" in _read_config(folder)


def _read_config(folder: Path) -> dict[str, Any]:
    """The object in a folder's config.json; an empty one where there is no such file."""
    path = folder / "config.json"
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{path} is damaged ({error}). Put a copy of it back, as one is in every run with the same settings; "
            "without it the run cannot go on"
        ) from None
    return found if isinstance(found, dict) else {}


def find_checkpoint(folder: Path) -> Path | None:
    """The checkpoint at ``folder``, or the one before it if a kill came between the two renames of a replacement.

    Raises:
        ConfigError: there is a folder, and it lacks what training goes on from.
    """
    found = [path for path in (folder, folder.with_name(folder.name + ".old")) if path.is_dir()]
    for path in found:
        if (path / TRAINER_FILE).is_file():
            return path
    if found:
        raise damaged(found[0], f"{TRAINER_FILE} is missing")
    return None


def _check_texts(checkpoint: Path) -> None:
    """Pass if all JSON files of a checkpoint can be read; what the libraries say of one that cannot names no file."""
    for path in sorted(checkpoint.glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise damaged(checkpoint, f"{path.name}: {error}") from None


def damaged(checkpoint: Path, why: object) -> ConfigError:
    """The error of a checkpoint that cannot be read."""
    reason = (str(why).strip() or type(why).__name__).splitlines()[0]
    return ConfigError(
        f"the checkpoint {checkpoint} is damaged: {reason}. Put a copy of it back; or delete that folder, and --resume "
        "begins again at step 0"
    )


def _checkpoint_of(run: Path) -> Path:
    found = find_checkpoint(run / "checkpoint")
    if found is None:
        raise ConfigError(f"no tokenizer at {str(run)!r}: the run has no checkpoint yet; --resume it first")
    return found


class Run:
    """The folder of a run."""

    def __init__(self, folder: Path, spec: RunSpec):
        self.folder, self.spec = folder, spec
        self.checkpoint = folder / "checkpoint"
        self.metrics_file = folder / "metrics.jsonl"
        self.samples_file = folder / "samples.jsonl"
        self.summary_file = folder / "summary.json"
        self.tensorboard = folder / "tensorboard"

    @classmethod
    def create(cls, folder: Path, spec: RunSpec) -> Run:
        """Start a new run.

        Raises:
            ConfigError: the folder holds a run already, or what is left of one.
        """
        if (folder / "config.json").exists():
            raise ConfigError(f"{folder} holds a run already: add --resume to go on with it, or choose another --out")
        for name in ("checkpoint", "checkpoint.old", "metrics.jsonl"):
            if (folder / name).exists():
                raise ConfigError(f"{folder} holds {name} of a run without its config.json: choose another --out")
        folder.mkdir(parents=True, exist_ok=True)
        (trainer,) = (name for name, kind in TRAINERS.items() if kind is type(spec.config))
        text = {"env": spec.env, "options": dict(spec.options), "trainer": trainer, "agent": spec.config.as_dict()}
        _write_json(folder / "config.json", text)
        return cls(folder, spec)

    @classmethod
    def begin(cls, folder: Path, spec: RunSpec, resume: bool, accelerator: Any) -> Run:
        """The run that all processes of an accelerator share: a new one, or with ``resume`` the one that is there.

        Raises:
            ConfigError: as ``create`` and ``open`` do.
        """
        if accelerator.is_main_process and not resume:
            cls.create(folder, spec)
        accelerator.wait_for_everyone()
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read an existing run.

        Raises:
            ConfigError: the folder holds none.
        """
        text = _read_config(folder)
        if "agent" not in text:
            raise ConfigError(f"{folder} holds no run: there is no config.json of one in it")
        try:
            config = TRAINERS[text["trainer"]].from_dict(text["agent"])
            return cls(folder, RunSpec(text["env"], text["options"], config))
        except (KeyError, AttributeError) as error:
            raise ConfigError(f"{folder}/config.json is damaged ({error!r}): put a copy of it back") from None

    def metrics(self) -> list[dict[str, float]]:
        """The metrics so far, one row per step; steps may differ in what they have.

        Raises:
            ConfigError: a line is damaged.
        """
        return [row for _, row in read_lines(self.metrics_file)]

    def samples(self) -> list[dict[str, Any]]:
        """What the model wrote at some steps, as ``sample_row`` makes it, with the step.

        Raises:
            ConfigError: a line is damaged.
        """
        return [row for _, row in read_lines(self.samples_file)]

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write summary.json."""
        _write_json(self.summary_file, summary)


class RunLog:
    """Writes a run's metrics and samples, one JSON object per line, and the metrics to tensorboard as well.

    It locks the run until it is closed, or the process is gone.

    Args:
        run: the run.
        step: lines of later steps, which a killed run left behind its last checkpoint, are dropped; -1 drops all.
        main: whether this process is the one that writes.

    Raises:
        ConfigError: another process trains the run, or the metrics up to the step are not all there.
    """

    def __init__(self, run: Run, step: int, main: bool):
        self._main = main
        if not main:
            return
        from torch.utils.tensorboard import SummaryWriter

        self._lock = _lock(run.folder)
        kept = _drop_later_lines(run.metrics_file, step)
        missing = sorted({*range(1, step + 1)} - {*kept})
        if missing:
            raise ConfigError(
                f"{run.metrics_file} lacks step {missing[0]}, and the checkpoint is of step {step}: put the missing "
                f"lines back; or train on from its model in another folder, with --from {run.folder}"
            )
        _drop_later_lines(run.samples_file, step)
        self._metrics = run.metrics_file.open("a", encoding="utf-8")
        self._samples = run.samples_file.open("a", encoding="utf-8")
        self._board = SummaryWriter(str(run.tensorboard), purge_step=step + 1 if step >= 0 else None)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            self._metrics.close()
            self._samples.close()
            self._board.close()
            self._lock.release()

    def write(self, metrics: Mapping[str, float]) -> None:
        """Add the metrics of a step; they are on disk when this returns."""
        if not self._main:
            return
        self._metrics.write(json.dumps(metrics) + "\n")
        self._metrics.flush()
        for name, value in metrics.items():
            if name != "step":
                self._board.add_scalar(name, value, int(metrics["step"]))

    def write_samples(self, step: int, samples: Sequence[Mapping[str, Any]]) -> None:
        """Add what the model wrote at a step."""
        if self._main:
            self._samples.writelines(json.dumps({"step": step, **sample}) + "\n" for sample in samples)
            self._samples.flush()


def sample_row(prompt: str, completion: str, score: Score) -> dict[str, Any]:
    """A completion and its score, as a row of samples.jsonl."""
    parts = {name: round(value, 4) for name, value in score.parts.items()}
    return {
        "prompt": prompt,
        "completion": completion,
        "reward": round(score.value, 4),
        "parts": parts,
        "failure": score.failure,
    }


def _lock(folder: Path) -> FileLock:
    """A lock that the system takes back when the process ends, however it ends."""
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f"another process trains the run in {folder} now: wait for it, or stop it") from None
    return lock


def read_lines(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The lines of a run's file of JSON lines, and the objects with a step in them.

    Raises:
        ConfigError: a line is damaged, other than half of a last line, which a kill may leave.
    """
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        if line.endswith(b"\n"):
            try:
                text = line.decode("utf-8")
                row = json.loads(text)
                int(row["step"])
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise ConfigError(f"{path} line {number} is damaged ({error!r}): put a copy of it back") from None
            found.append((text, row))
    return found


def _drop_later_lines(path: Path, step: int) -> list[int]:
    """Drop the lines of later steps; returns the steps of the others."""
    kept = [(line, row) for line, row in (read_lines(path) if path.exists() else []) if row["step"] <= step]
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(line for line, _ in kept), encoding="utf-8")
    os.replace(fresh, path)
    return [row["step"] for _, row in kept]


def _write_json(path: Path, value: Any) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(fresh, path)
