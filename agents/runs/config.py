"""The settings of training runs: frozen, flat and validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

from formal_envs.envs.attempts import ATTEMPT_COST, Attempts
from formal_envs.errors import ConfigError, check_choice, check_integer, unknown

SCHEDULES = ("constant", "linear", "cosine", "inverse_sqrt")
ARCHITECTURES = ("gpt2", "gpt_neox", "llama")
KL_ESTIMATORS = ("log_ratio", "absolute", "squared", "full")
TRACKERS = ("tensorboard", "trackio", "wandb")

_Config = TypeVar("_Config", bound="TrainingConfig")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """What every way of training shares: the model, the optimiser and the device.

    Attributes:
        seed: decides the weights, the problems and the sampling.
        steps: batches learned from.
        max_tokens: longest completion; 0 takes what the task needs.
        tokenizer: "word", "char", or the path or hub id of a Hugging Face tokenizer; "" is the model's own, or "word".
        mask: "any", or "grammar": sample and decode only tokens that can still lead to a sentence of the task's
            grammar. PPO's probabilities and entropies are then over these tokens; solved problems are learned without.
        model: path or hub id of a causal language model, or the folder of a run; "" makes one with random weights from
            the next five.
        architecture: of a new model: "gpt2", "gpt_neox" or "llama".
        layers, width, heads, context: depth, hidden size, attention heads and positions of a new model; one with rotary
            positions that is trained further gets as many positions, where it had fewer.
        lora_rank, lora_alpha: rank and scale of low-rank adapters on every linear layer (Hu et al., arXiv:2106.09685),
            which then are all that is trained; rank 0 trains the model's own weights.
        gradient_checkpointing: keep no activations inside layers, and compute them again in the backward pass.
        optimizer: "adam"; or "muon" for the matrices of hidden layers, and Adam for the rest.
        learning_rate, schedule, warmup: the peak rate; "constant", "linear" or "cosine" (to a
            twentieth), or "inverse_sqrt" (over the square root of steps / warmup, and in the last fifth of
            the steps to 0); steps of linear rise.
        grad_clip: greatest norm of the gradient.
        micro_batch: prompts of PPO with their completions, or examples of supervised training, that go through the
            model at once in an update; 0 is all of them. It changes the memory that is needed, and not the result.
        workers: processes that score, for each process of the run; 0 scores in the run's own. It changes no score.
        scorer: URL of a server that scores (`formal-envs serve`), with the token of the environment variable
            FORMAL_ENVS_TOKEN; "" scores here.
        shard: share the weights out between the processes of the run (FSDP2), each of which keeps a part of them and of
            what the optimizer learns; for models that do not fit one device.
        threads: of the processor that each process of the run computes in; 0 goes by the model's width
            (agents/runs/threads.py), and the run keeps the number that came of it: sums depend on it.
        device: "auto", "cpu" or "cuda".
        bf16: compute in bfloat16 where the device has it; the weights stay in 32 bits.
        log: trackers that get the metrics, too, separated by commas: "tensorboard", "trackio", "wandb".
        checkpoint_every: steps between checkpoints.
        test_episodes: held-out problems that the finished model is tried on, greedily and sampling.
        attempts, attempt_cost: of an episode, as of the environments: completions that are wrong are told why, and
            answered again. PPO compares each attempt with others of its number at the same prompt; supervised training
            has solutions behind wrong attempts, too (agents/wrong_attempts.py).

    Raises:
        ConfigError: a value is out of range.
    """

    seed: int = 0
    steps: int = 1000
    max_tokens: int = 0
    tokenizer: str = ""
    mask: str = "any"
    model: str = ""
    architecture: str = "gpt2"
    layers: int = 2
    width: int = 64
    heads: int = 4
    context: int = 64
    lora_rank: int = 0
    lora_alpha: float = 32.0
    gradient_checkpointing: bool = False
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    warmup: int = 20
    grad_clip: float = 1.0
    micro_batch: int = 0
    workers: int = 0
    scorer: str = ""
    shard: bool = False
    threads: int = 0
    device: str = "auto"
    bf16: bool = False
    log: str = ""
    checkpoint_every: int = 250
    test_episodes: int = 4096
    attempts: int = 1
    attempt_cost: float = ATTEMPT_COST

    def __post_init__(self) -> None:
        _ = self.all_attempts  # which checks them
        for name in ("seed", "steps", "max_tokens", "warmup", "lora_rank"):
            check_integer(name, getattr(self, name), 0, 2**63 - 1)
        for name in ("layers", "width", "heads", "checkpoint_every", "test_episodes"):
            check_integer(name, getattr(self, name), 1, 2**31 - 1)
        for name in ("workers", "threads"):
            check_integer(name, getattr(self, name), 0, 1024)
        check_integer("micro_batch", self.micro_batch, 0, 2**31 - 1)
        check_integer("context", self.context, 2, 2**31 - 1)
        self._require("workers", not (self.workers and self.scorer), "be 0 where scorer is given, which has its own")
        check_choice("architecture", self.architecture, ARCHITECTURES)
        check_choice("optimizer", self.optimizer, ("adam", "muon"))
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("device", self.device, ("auto", "cpu", "cuda"))
        check_choice("mask", self.mask, ("any", "grammar"))
        for name in self.trackers:
            check_choice("log", name, TRACKERS)
        for name in ("learning_rate", "grad_clip", "lora_alpha"):
            self._require(name, getattr(self, name) > 0, "be positive")
        self._require("width", self.width % self.heads == 0, f"be a multiple of heads ({self.heads})")

    @property
    def all_attempts(self) -> Attempts:
        """The attempts of an episode, and what they cost."""
        return Attempts(self.attempts, self.attempt_cost)

    @property
    def trackers(self) -> list[str]:
        """The names in ``log``."""
        return [name for name in dict.fromkeys(self.log.split(",")) if name]

    def _require(self, name: str, holds: bool, what: str) -> None:
        if not holds:
            raise ConfigError(f"{name} must {what}, got {getattr(self, name)!r}")

    def shared_out(self: _Config, before: int, now: int) -> _Config:
        """The settings for ``now`` processes with the batch that they are for with ``before`` of them.

        Raises:
            ConfigError: it cannot be cut into so many parts.
        """
        name = "prompts" if hasattr(self, "prompts") else "batch"
        size = before * getattr(self, name)
        if size % now:
            raise ConfigError(
                f"the run has {name}={getattr(self, name)} on each of {before} processes, which {now} cannot share: "
                f"use a number that divides {size}"
            )
        return replace(self, **{name: size // now})

    def as_dict(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)

    @classmethod
    def names(cls) -> list[str]:
        """The names of the settings."""
        return [field.name for field in fields(cls)]

    @classmethod
    def from_dict(cls: type[_Config], settings: Mapping[str, Any]) -> _Config:
        """Build from settings by name, converting integers to floats where a float is meant.

        Raises:
            ConfigError: a name is unknown (the nearest is named) or a value has another type.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        built: dict[str, Any] = {}
        for name, value in settings.items():
            if name not in kinds:
                raise unknown("setting", name, kinds)
            kind = kinds[name]
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
                raise ConfigError(f"{name} must be of type {kind.__name__}, got {value!r}")
            built[name] = value
        return cls(**built)


@dataclass(frozen=True, kw_only=True)
class SFTConfig(TrainingConfig):
    """Settings of supervised training, beside those of TrainingConfig.

    Attributes:
        examples: solved problems to learn from; they are gone through again and again, in a new order each time.
        batch: examples in a batch, on each process.
        window: batches that share out their examples by length, so that little padding is; 1 leaves batches to chance.
        loss: "all" tokens of prompt and completion, or those of the "completion" alone.
        evaluate_every: steps between evaluations on held-out problems; the first and the last step have one too.
        validation: held-out problems of an evaluation, for the loss and for the mean reward of sampled completions.
    """

    steps: int = 2000
    examples: int = 16_384
    batch: int = 128
    window: int = 1
    loss: str = "all"
    evaluate_every: int = 100
    validation: int = 512

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("examples", "batch", "window", "evaluate_every", "validation"):
            check_integer(name, getattr(self, name), 1, 2**31 - 1)
        check_choice("loss", self.loss, ("all", "completion"))


@dataclass(frozen=True, kw_only=True)
class PPOConfig(TrainingConfig):
    """Settings of a run of PPO, beside those of TrainingConfig.

    With its task's recipe the defaults solve FormalArith-v0 from random weights.

    Attributes:
        prompts: prompts in a batch, on each process.
        completions: completions sampled for each prompt.
        epochs, minibatches: passes over a batch, and equal parts that each is cut into, of whole groups.
        advantage: "centred" subtracts the mean return of a prompt's completions and divides by the batch's spread,
            "group" divides by the spread of the prompt's own completions, "gae" uses the value head.
        credit: "completion" gives a completion's advantage to all of its tokens; "error" to that token alone at which
            the reward says that it went wrong (``Score.failed_at``), where it says so; "steps" gives each token what
            is earned from its own step on, where the reward is ``Stepwise``. Neither is for "gae".
        gamma: what a reward counts for one token later, or one step later with "steps".
        gae_lambda, whiten: of generalised advantage estimation.
        clip, clip_high: the ratio of new to old probabilities is clipped to [1 - clip, 1 + clip_high]; clip_high 0 is
            that of clip. Neither does anything where a batch is learned from once, with epochs and minibatches 1.
        value_clip, value_coef: the clipping range of values, and the weight of their loss.
        kl_cov, kl_cov_coef: share of a batch's tokens, those of the greatest covariance of log-probability and
            advantage, whose distance from their old log-probability costs kl_cov_coef per nat ("KL-Cov"). As for clip.
        sampling: "uniform" asks for the parts of a mixture equally often; "success" in proportion to p(1 - p) of the
            share p of each part's recent completions that are right, but for a fifth of the prompts, which all parts
            share alike. Of tasks with parts, as FormalMix-v0.
        filter_groups: leave prompts whose completions all earn the same out of the policy's loss.
        max_ratio: mini-batches whose mean ratio exceeds it are skipped.
        entropy_coef: b_ENT.
        entropy_target, entropy_target_end: nats per token at the first and the last step, going from one to the other
            with the square of the time, below which b_ENT is raised; none where negative.
        entropy_gain: what b_ENT is raised by for each nat that a batch's entropy falls short of its target.
        batch_entropy_coef: b_BENT.
        kl_coef: weight of the KL to the frozen reference, the model as training found it, in each token's reward. The
            KL is measured at 0 too where ``model`` is given; a model with random weights has no reference at 0.
        kl_estimator: "log_ratio", "absolute", "squared" or "full".
        ema_decay: share of the exponential mean of the weights that each step keeps. That mean is evaluated, and is the
            finished model; the weights themselves sample and learn. 0 keeps no mean.
        evaluate_every: steps between greedy evaluations on ``validation`` held-out problems, which metrics hold with
            names that begin with ``greedy_``, and after the last; 0 evaluates only the finished model.
        kl_target, kl_horizon: nats per completion that the KL coefficient adapts to (0 keeps it fixed), and how slowly.
    """

    steps: int = 5000
    prompts: int = 64
    completions: int = 64
    epochs: int = 1
    minibatches: int = 1
    advantage: str = "centred"
    credit: str = "completion"
    gamma: float = 1.0
    gae_lambda: float = 0.95
    whiten: bool = True
    clip: float = 0.2
    clip_high: float = 0.0
    value_clip: float = 0.2
    value_coef: float = 0.1
    kl_cov: float = 0.0
    kl_cov_coef: float = 1.0
    sampling: str = "uniform"
    filter_groups: bool = False
    max_ratio: float = 10.0
    entropy_coef: float = 0.0
    entropy_target: float = 2.0
    entropy_target_end: float = 0.4
    entropy_gain: float = 0.5
    batch_entropy_coef: float = 0.4
    kl_coef: float = 0.0
    kl_estimator: str = "log_ratio"
    kl_target: float = 0.0
    kl_horizon: float = 10_000.0
    ema_decay: float = 0.0
    evaluate_every: int = 0
    validation: int = 512

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer("evaluate_every", self.evaluate_every, 0, 2**31 - 1)
        for name in ("prompts", "completions", "epochs", "minibatches", "validation"):
            check_integer(name, getattr(self, name), 1, 2**31 - 1)
        check_choice("advantage", self.advantage, ("centred", "group", "gae"))
        check_choice("credit", self.credit, ("completion", "error", "steps"))
        check_choice("sampling", self.sampling, ("uniform", "success"))
        check_choice("kl_estimator", self.kl_estimator, KL_ESTIMATORS)
        for name in ("gamma", "gae_lambda"):
            self._require(name, 0 <= getattr(self, name) <= 1, "lie in [0, 1]")
        self._require("clip", 0 < self.clip < 1, "lie in (0, 1)")
        for name in ("value_clip", "max_ratio", "kl_horizon"):
            self._require(name, getattr(self, name) > 0, "be positive")
        self._require("clip_high", self.clip_high >= 0, "not be negative")
        self._require("kl_cov", 0 <= self.kl_cov <= 1, "lie in [0, 1]")
        for name in (
            "value_coef",
            "kl_cov_coef",
            "entropy_coef",
            "entropy_gain",
            "batch_entropy_coef",
            "kl_coef",
        ):
            self._require(name, getattr(self, name) >= 0, "not be negative")
        self._require("ema_decay", 0 <= self.ema_decay < 1, "lie in [0, 1)")
        self._require("kl_target", self.kl_target >= 0, "not be negative")
        parts = self.prompts % self.minibatches == 0
        self._require("minibatches", parts, f"divide prompts ({self.prompts}), for parts of one size")
        if self.advantage == "gae":
            self._require("credit", self.credit == "completion", "be 'completion' where advantage is 'gae'")
        else:
            self._require("completions", self.completions >= 2, "be at least 2 unless advantage is 'gae'")
