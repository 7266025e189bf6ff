"""The reward of a sequence classifier: any of Hugging Face's, by folder or hub id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from formal_envs.errors import ConfigError, FormalEnvError, check_choice
from formal_envs.model_hub import check_name
from formal_envs.score import Score, Unscored, all_scored
from formal_envs.tasks.sentiment.wording import MAX_CHARACTERS, TARGETS, check_penalty, worded_score

MAX_TOKENS = 512
"""Most tokens that a classifier reads, its special ones among them; fewer where it has fewer positions."""
MAX_LOGIT = 20.0
"""Bound on the magnitude of a logit; one beyond it is scored as the bound."""
BATCH = 64
"""Texts that are classified at once."""

_MAKE_ONE = "Without network, formal-envs train-classifier --out DIR makes one"
_SURROGATE = re.compile("[\ud800-\udfff]")


class ClassifierReward:
    """Scores the sentiment of prompt and completion by a sequence classifier.

    ``output="probability"`` gives the probability of the positive class, ``output="logit"`` its logit, within
    ``MAX_LOGIT``. ``target="negative"`` gives one minus that probability, or the negative class's logit.
    ``repetition_penalty`` times the part ``repetition`` is taken off. An empty completion is scored as its prompt, with
    a failure that says so.

    The positive class is the one with "pos" in its name, else the second of two; the negative one is the other of two,
    else the one with "neg" in its name. The end of the text is read, where the completion stands: ``MAX_CHARACTERS``
    at most, then as many tokens as the model has positions, ``MAX_TOKENS`` at most. Special tokens that are spelled
    out in the text are read as plain text, lone surrogates as U+FFFD.

    The model runs in float32, on the GPU where torch finds one. Scores are deterministic for a batch. Kernels add up
    in an order that depends on a batch's shape, so that a text's logit may differ by about 1e-6 of its magnitude from
    batch to batch.

    Parts: ``classifier``, the probability of the positive class, and ``logit``, its logit in [-20, 20], whatever the
    target; ``repetition`` in [0, 1) and ``distinct_words`` in [0, 1] of the completion; ``cut``, the characters left
    out at the text's beginning. Two rewards are equal where their arguments are; a copy reads the model again.

    Args:
        model: a folder or a hub id, such as "lvwerra/distilbert-imdb".
        output: "probability" or "logit".
        target: "positive" or "negative".
        repetition_penalty: what repetition costs, at least 0.

    Raises:
        ConfigError: an option has no meaning, there is no such classifier or none that tells positive from negative, or
            torch and transformers are not installed.
    """

    def __init__(
        self, model: str, *, output: str = "probability", target: str = "positive", repetition_penalty: float = 0.0
    ):
        self.model = model
        self.output = check_choice("output", output, ("probability", "logit"))
        self.target = check_choice("target", target, TARGETS)
        self.repetition_penalty = check_penalty(repetition_penalty)
        low, high = (0.0, 1.0) if output == "probability" else (-MAX_LOGIT, MAX_LOGIT)
        self.range = (low - self.repetition_penalty, high)
        self._network, self._tokenizer, self._pad = _load(model)
        needs_negative = output == "logit" and target == "negative"
        labels = self._network.config.id2label
        self._positive, self._negative = _classes(model, labels, needs_negative=needs_negative)

    def __repr__(self) -> str:
        return (
            f"ClassifierReward({self.model!r}, output={self.output!r}, target={self.target!r}, "
            f"repetition_penalty={self.repetition_penalty!r})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassifierReward) and other._arguments() == self._arguments()

    def __hash__(self) -> int:
        return hash((ClassifierReward, self._arguments()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, self._arguments()

    def _arguments(self) -> tuple[str, str, str, float]:
        return self.model, self.output, self.target, self.repetition_penalty

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        return all_scored(self.score_batch([prompt], [completion]))[0]

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``.

        Where memory is short fewer texts are read at once; one that does not fit alone is Unscored.

        Raises:
            FormalEnvError: the model gave a logit that is not finite.
        """
        pairs = list(zip(prompts, completions, strict=True))
        read = [self._tokens(prompt + completion) for prompt, completion in pairs]
        order = sorted(range(len(read)), key=lambda row: len(read[row][0]))  # neighbours in length need little padding
        scores: dict[int, Score | Unscored] = {}
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            for row, said in zip(rows, self._classify_as_fits([read[row][0] for row in rows]), strict=True):
                scores[row] = said if isinstance(said, Unscored) else self._score(*pairs[row], read[row][1], *said)
        return [scores[row] for row in range(len(read))]

    def _tokens(self, text: str) -> tuple[list[int], int]:
        """The ids of the end of a text, and how many characters are before it."""
        window = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text[-MAX_CHARACTERS:])
        cut = len(text) - len(window)
        encoding = self._tokenizer.encode(window)
        if encoding.overflowing:
            spans = zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
            cut += next(begin for (begin, _), special in spans if not special)
        return encoding.ids or [self._pad], cut

    def _classify_as_fits(self, ids: list[list[int]]) -> list[tuple[float, float, float] | Unscored]:
        """What ``_classify`` says of the rows of ids, in halves where they do not fit into memory together."""
        import torch

        try:
            return list(self._classify(ids))
        except torch.OutOfMemoryError:
            if len(ids) == 1:
                return [Unscored(f"the classifier is out of memory with a text of {len(ids[0])} tokens")]
        torch.cuda.empty_cache()  # not above, where the error holds what it was at
        half = len(ids) // 2
        return self._classify_as_fits(ids[:half]) + self._classify_as_fits(ids[half:])

    def _classify(self, ids: list[list[int]]) -> Iterator[tuple[float, float, float]]:
        """Probability and logit of the positive class, and logit of the negative one, for each of the rows of ids."""
        import torch

        device = self._network.device
        length = max(map(len, ids))
        tokens = torch.tensor([row + [self._pad] * (length - len(row)) for row in ids], device=device)  # (B, T)
        mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in ids], device=device)  # (B, T)
        with torch.no_grad(), torch.autocast(device.type, enabled=False):  # the caller may train in bfloat16
            logits = self._network(input_ids=tokens, attention_mask=mask).logits.double()  # (B, classes)
        if not logits.isfinite().all():
            raise FormalEnvError(f"the classifier {self.model!r} gave a logit that is not finite")
        probability = logits.softmax(-1)[:, self._positive]
        bounded = logits.clamp(-MAX_LOGIT, MAX_LOGIT)[:, [self._positive, self._negative]]
        return zip(probability.tolist(), *bounded.T.tolist(), strict=True)

    def _score(
        self, prompt: str, completion: str, cut: int, probability: float, positive: float, negative: float
    ) -> Score:
        if self.output == "logit":
            sentiment = positive if self.target == "positive" else negative
        else:
            sentiment = probability if self.target == "positive" else 1.0 - probability
        parts = {"classifier": probability, "logit": positive}
        return worded_score(sentiment, parts, prompt, completion, penalty=self.repetition_penalty, cut=cut)


def _rebuilt(model: str, output: str, target: str, repetition_penalty: float) -> ClassifierReward:
    return ClassifierReward(model, output=output, target=target, repetition_penalty=repetition_penalty)


def _missing(model: str, reason: str) -> ConfigError:
    return ConfigError(
        f"no classifier at {model!r} ({reason}); expected the folder or hub id of a sequence classifier. {_MAKE_ONE}"
    )


def _load(model: str) -> tuple[Any, Any, int]:
    """The network, its tokenizer of the package tokenizers, and the id that pads."""
    try:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging
    except ImportError:
        raise ConfigError("a classifier needs torch and transformers: pip install 'formal-envs[train]'") from None
    if not isinstance(model, str) or not model:
        raise ConfigError(f"model must be a folder or a hub id, got {model!r}")
    check_name(model, "classifier", _MAKE_ONE)
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # it would be torn into the caller's own
    try:
        with torch.random.fork_rng(devices=[]):  # weights that are missing are drawn
            network, report = AutoModelForSequenceClassification.from_pretrained(
                model, output_loading_info=True, trust_remote_code=False
            )
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
    except Exception as error:  # loaders of many formats raise many things
        raise _missing(model, str(error).partition("\n")[0]) from error
    finally:
        if shown:
            logging.enable_progress_bar()
    if report["missing_keys"]:
        raise _missing(model, f"its weights lack {min(report['missing_keys'])}")
    if not tokenizer.is_fast:
        raise _missing(model, "its tokenizer is none of the package tokenizers")
    if len(tokenizer) <= len(tokenizer.all_special_ids):  # transformers 5 makes such a one where there is no file
        raise _missing(model, "it has no tokenizer")
    config = network.config
    pads = (config.pad_token_id, tokenizer.pad_token_id, tokenizer.eos_token_id, 0)
    config.pad_token_id = next(pad for pad in pads if pad is not None)
    limits = (tokenizer.model_max_length, getattr(config, "max_position_embeddings", None))
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.enable_truncation(min(MAX_TOKENS, *(limit for limit in limits if limit and limit > 0)), direction="left")
    backend.encode_special_tokens = True  # those in the text are split like any text
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return network.float().train(False).to(device), backend, config.pad_token_id


def _classes(model: str, labels: Mapping[int, str], *, needs_negative: bool) -> tuple[int, int]:
    """The numbers of the positive and the negative class; without a negative one, where none is needed, the first."""
    positive = [number for number, label in labels.items() if "pos" in label.lower()]
    if not positive and len(labels) == 2:
        positive = [1]
    if len(labels) < 2 or len(positive) != 1:
        raise ConfigError(
            f"cannot tell the positive class of {model!r} among {list(labels.values())}; "
            "expected two classes, or one alone with 'pos' in its name"
        )
    negative = [number for number, label in labels.items() if "neg" in label.lower() or len(labels) == 2]
    negative = [number for number in negative if number != positive[0]]
    if needs_negative and len(negative) != 1:
        raise ConfigError(
            f"cannot tell the negative class of {model!r} among {list(labels.values())}; use output='probability'"
        )
    return positive[0], negative[0] if negative else 0
