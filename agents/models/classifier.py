"""A small DistilBERT that tells positive film reviews from negative ones, trained on the sentiment task's own reviews.

It stands in for a public classifier where there is no network, and is loaded in the same way: with
``AutoModelForSequenceClassification.from_pretrained``, by ``formal_envs.tasks.sentiment.classifier.ClassifierReward``.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Tokenizer as TokenizerObject
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pad_sequence
from transformers import DistilBertConfig, DistilBertForSequenceClassification, PreTrainedTokenizerFast

from agents.evaluation.agent import EVALUATION, TRAINING
from agents.objective.schedules import learning_rate
from agents.runs.config import TrainingConfig
from agents.runs.loop import make_accelerator, progress_bar
from agents.runs.threads import use_threads
from formal_envs.errors import ConfigError, check_integer
from formal_envs.score import Watched, all_scored, score_batch
from formal_envs.tasks.sentiment.classifier import ClassifierReward
from formal_envs.tasks.sentiment.reward import VaderReward
from formal_envs.tasks.sentiment.task import SentimentProblems, SentimentTask
from formal_envs.tasks.streams import problem_keys, seeded_stream

Floats = NDArray[np.float64]

LABELS = ("negative", "positive")
"""The names of the classes, by number."""
POSITIONS = 64
"""The longest text that the classifier reads whole, in tokens."""

_PAD = 0
_VOCABULARY = 2048
_BATCH = 64
_POOL = 50  # batches that are sorted by length together: little padding, and still a random order
_RATE, _WARMUP = 1e-3, 50
_TORN, _GAPS = 0.3, 0.15  # the shares of texts that are torn in an epoch, and of tokens that such a text loses


def train_classifier(
    out: Path, *, examples: int = 16_384, epochs: int = 4, seed: int = 0, device: str = "auto"
) -> dict[str, Any]:
    """Train on reviews of the task's train split, and save model, tokenizer and summary.json in the folder ``out``.

    A policy's completions stop anywhere, run on, and are no sentences. So a third of the texts, others in every epoch,
    are torn: a stretch of two reviews of one label, with gaps. They keep the label, so that for a text that tells
    nothing, as an opening, the best answer is a half.

    Args:
        out: a folder that does not exist or is empty; it comes to be when all is done.
        examples: reviews to learn from.
        epochs: passes over them.
        seed: decides the reviews, the weights and the order; on one machine the same seed gives the same classifier.
        device: "auto", "cpu" or "cuda".

    Returns: what summary.json holds.
        examples, seconds: as many reviews, and the time of the training.
        accuracy: share of held-out reviews, as many positive as negative ones, that it names right.
        spearman: Spearman's rank correlation of its logit of "positive" and VADER's compound on them.
        sign_agreement: share of them where both see the same sentiment, a compound of 0 left out.

    Raises:
        ConfigError: ``out`` is in use, a number is out of range, or there is no such device.
    """
    check_integer("examples", examples, 1, 10**7)
    check_integer("epochs", epochs, 1, 1000)
    accelerator = make_accelerator(TrainingConfig(seed=seed, device=device))
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise ConfigError(f"{out} is not empty: choose another --out, or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)

    began = time.perf_counter()
    problems = _reviews("train", examples, seeded_stream(seed, TRAINING))
    texts = [prompt + solution for prompt, solution in zip(problems.prompts, problems.solutions, strict=True)]
    tokenizer = _new_tokenizer(texts)
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # decides weights and dropout
        model = _new_model(len(tokenizer))
        use_threads(0, model.config.dim)
        _fit(model, tokenizer(texts, truncation=True)["input_ids"], problems.labels, epochs, seed, accelerator)
    seconds = time.perf_counter() - began

    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    model.save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    summary = {"examples": examples, "seconds": seconds, **measure_classifier(fresh, seed=seed)}
    (fresh / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    if out.exists():
        out.rmdir()
    fresh.rename(out)
    return summary


def _fit(
    model: DistilBertForSequenceClassification,
    ids: Sequence[Sequence[int]],
    labels: NDArray[np.int64],
    epochs: int,
    seed: int,
    accelerator: Accelerator,
) -> None:
    model.to(accelerator.device).train()
    optimizer = torch.optim.AdamW(model.parameters())
    rng = np.random.default_rng(seed)
    rows, targets = [torch.tensor(row) for row in ids], torch.tensor(labels, device=accelerator.device)
    step, steps = 0, epochs * -(-len(rows) // _BATCH)
    with progress_bar("train-classifier", steps) as bar:
        for _ in range(epochs):
            texts = _some_torn(rows, labels, rng)
            for batch in _batches([len(text) for text in texts], rng):
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(step, steps, _RATE, _WARMUP, "linear")
                tokens = pad_sequence([texts[n] for n in batch], batch_first=True, padding_value=_PAD)
                tokens = tokens.to(accelerator.device)  # (B, S)
                logits = model(input_ids=tokens, attention_mask=(tokens != _PAD).long()).logits  # (B, 2)
                loss = cross_entropy(logits, targets[torch.from_numpy(batch)])
                optimizer.zero_grad()
                loss.backward()
                clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                step += 1
                bar.update()


def measure_classifier(folder: Path | str, *, reviews: int = 4096, seed: int = 0) -> dict[str, float]:
    """Accuracy of a classifier on held-out reviews of the sentiment task, and its agreement with VADER there.

    Args: folder, or a hub id; reviews, how many; seed, which.

    Returns: accuracy, spearman and sign_agreement, as ``train_classifier`` describes them.
    """
    problems = _reviews("test", reviews, seeded_stream(seed, EVALUATION))
    reward = Watched(ClassifierReward(str(folder)), VaderReward())
    scores = all_scored(score_batch(reward, problems.prompts, problems.solutions))
    probability, logit, compound = (
        np.array([score.parts[name] for score in scores]) for name in ("classifier", "logit", "vader")
    )
    return agreement(np.asarray(problems.labels), probability, logit, compound)


def agreement(labels: Floats, probability: Floats, logit: Floats, compound: Floats) -> dict[str, float]:
    """How a classifier agrees with labels, and with VADER.

    Args: (n,) each: labels, 1 positive and 0 negative; the classifier's probability of positive and its logit of it;
        VADER's compound.

    Returns: accuracy, spearman and sign_agreement, as ``train_classifier`` describes them.
    """
    from scipy.stats import spearmanr

    positive = probability > 0.5
    clear = compound != 0
    return {
        "accuracy": float(np.mean(positive == (labels == 1))),
        "spearman": float(spearmanr(logit, compound).statistic),
        "sign_agreement": float(np.mean(positive[clear] == (compound[clear] > 0))),
    }


def _reviews(split: Literal["train", "test", "all"], count: int, stream: np.uint64) -> SentimentProblems:
    return SentimentTask(split=split).sample(problem_keys(stream, np.arange(count)))


def _new_tokenizer(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer in small letters that maps any text; [CLS] in front, [SEP] behind."""
    rust = TokenizerObject(models.BPE())
    rust.normalizer = normalizers.Lowercase()
    rust.pre_tokenizer = pre_tokenizers.ByteLevel()  # with a blank in front: the first word is as any other
    rust.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=[AddedToken(token, special=True) for token in ("[PAD]", "[CLS]", "[SEP]")],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rust.train_from_iterator(texts, trainer)
    rust.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(token, rust.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=rust,
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=POSITIONS,
        add_prefix_space=True,  # transformers 4 switches it off where it is not said again
        model_input_names=["input_ids", "attention_mask"],  # transformers 4 adds token types, which DistilBERT refuses
    )


def _new_model(vocabulary: int) -> DistilBertForSequenceClassification:
    config = DistilBertConfig(
        vocab_size=vocabulary,
        max_position_embeddings=POSITIONS,
        n_layers=2,
        n_heads=4,
        dim=96,
        hidden_dim=384,
        pad_token_id=_PAD,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    return DistilBertForSequenceClassification(config)


def _some_torn(rows: Sequence[Tensor], labels: NDArray[np.int64], rng: np.random.Generator) -> list[Tensor]:
    """The rows of token ids, some replaced by a stretch, with gaps, of the row and another one of its label behind it.

    Args: rows, each [CLS] first and [SEP] last; labels (rows,).
    """
    others = np.empty(len(rows), np.int64)
    for label in range(len(LABELS)):
        same = np.flatnonzero(labels == label)
        others[same] = rng.permutation(same)
    texts = []
    for row, other, torn in zip(rows, others.tolist(), rng.random(len(rows)) < _TORN, strict=True):
        if not torn:
            texts.append(row)
            continue
        both = torch.cat((row[1:-1], rows[other][1:-1]))
        begin, end = np.sort(rng.choice(len(both) + 1, 2, replace=False))
        kept = torch.from_numpy(rng.random(end - begin) >= _GAPS)
        texts.append(torch.cat((row[:1], both[begin:end][kept][: POSITIONS - 2], row[-1:])))
    return texts


def _batches(lengths: Sequence[int], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Row numbers in random batches of rows of similar lengths, each row once."""
    order = rng.permutation(len(lengths))
    for start in range(0, len(order), _BATCH * _POOL):
        pool = order[start : start + _BATCH * _POOL]
        pool = pool[np.argsort(np.asarray(lengths)[pool], kind="stable")]
        batches = np.array_split(pool, range(_BATCH, len(pool), _BATCH))
        yield from (batches[n] for n in rng.permutation(len(batches)))
