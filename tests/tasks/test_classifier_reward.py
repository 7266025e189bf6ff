"""The reward of a classifier, held to the model that it asks. The models are untrained and tiny."""

import copy
import json
import math
import pickle
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tiny_models import tiny_causal, tiny_classifier
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from formal_envs.errors import ConfigError, FormalEnvError
from formal_envs.rewards import ClassifierReward, VaderReward
from formal_envs.score import Reward, Score, Unscored, Watched, score_batch
from formal_envs.tasks.sentiment import classifier
from formal_envs.tasks.sentiment.classifier import MAX_LOGIT
from formal_envs.tasks.sentiment.reward import by_classifier, vader
from formal_envs.tasks.sentiment.wording import MAX_CHARACTERS

law = settings(deadline=None, max_examples=40)
PARTS = {"classifier", "logit", "repetition", "distinct_words", "cut"}
POSITIONS = 64
KERNELS = 1e-5
"""What the order of additions may come to: float32 has 7 digits, and the logits are below 10."""
TEXTS = ["", "good", "A good film", "a bad film\0", "é 😀", "[SEP] [CLS] [PAD]", "the end " * 7, "\ud800x", "x" * 40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_classifier(tmp_path_factory.mktemp("classifier"), positions=POSITIONS)


@pytest.fixture(scope="module")
def reward(folder):
    return ClassifierReward(folder)


def logits_of(folder, text):
    """The logits of one text as transformers gives them."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        return model(**tokenizer(text, return_tensors="pt", split_special_tokens=True)).logits[0].tolist()


def check_score(reward, score):
    low, high = reward.range
    assert isinstance(score, Score)
    assert type(score.value) is float
    assert low <= score.value <= high
    assert set(score.parts) == PARTS
    assert all(type(part) is float and math.isfinite(part) for part in score.parts.values())
    assert 0 <= score.parts["classifier"] <= 1
    assert -MAX_LOGIT <= score.parts["logit"] <= MAX_LOGIT


def assert_close(one, other):
    assert one.value == pytest.approx(other.value, abs=KERNELS)
    assert one.failure == other.failure
    assert one.parts == pytest.approx(other.parts, abs=KERNELS)


# ---- The model's word


@pytest.mark.parametrize("text", ["good", "A good film", "a bad film", "", "é 😀 \0", "[SEP] [CLS] [PAD]"])
def test_probability_and_logit_are_the_models(folder, text):
    negative, positive = logits_of(folder, text)
    probability = 1 / (1 + math.exp(negative - positive))
    values = {
        ("probability", "positive"): probability,
        ("probability", "negative"): 1 - probability,
        ("logit", "positive"): positive,
        ("logit", "negative"): negative,
    }
    for (output, target), value in values.items():
        for penalty in (0.0, 2.0):
            reward = ClassifierReward(folder, output=output, target=target, repetition_penalty=penalty)
            for at in (0, len(text) // 2):
                score = reward.score(text[:at], text[at:])
                check_score(reward, score)
                assert score.parts["classifier"] == pytest.approx(probability, abs=KERNELS)
                assert score.parts["logit"] == pytest.approx(positive, abs=KERNELS)
                assert score.value == pytest.approx(value - penalty * score.parts["repetition"], abs=KERNELS)
                assert score.failure == (None if text[at:] else "empty completion")


def test_texts_differ_in_their_scores(reward):
    assert len({round(reward.score("", text).value, 3) for text in TEXTS}) == len(TEXTS)


def test_repetition_is_seen_and_costs_what_is_asked(folder):
    plain, paid = (ClassifierReward(folder, repetition_penalty=penalty) for penalty in (0, 0.5))
    score = plain.score("It is ", "good good good good")
    assert score.parts["repetition"] == pytest.approx(2 / 3)
    assert score.parts["distinct_words"] == 1 / 4
    assert paid.score("It is ", "good good good good").value == pytest.approx(score.value - 1 / 3)
    assert paid.range == (-0.5, 1)
    assert ClassifierReward(folder, output="logit", repetition_penalty=1).range == (-MAX_LOGIT - 1, MAX_LOGIT)


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        (["NEGATIVE", "POSITIVE"], 1),
        (["POSITIVE", "NEGATIVE"], 0),
        (["pos", "other"], 0),
        (["LABEL_0", "LABEL_1"], 1),
        (["negative", "neutral", "Positive"], 2),
        (["neutral", "positive", "negative"], 1),
    ],
)
def test_the_positive_class_is_found_by_its_name(tmp_path, labels, positive):
    folder = tiny_classifier(tmp_path, labels=dict(enumerate(labels)))
    logits = logits_of(folder, "A good film")
    score = ClassifierReward(folder).score("A good ", "film")
    assert score.parts["logit"] == pytest.approx(logits[positive], abs=KERNELS)
    shares = [math.exp(logit) for logit in logits]
    assert score.parts["classifier"] == pytest.approx(shares[positive] / sum(shares), abs=KERNELS)
    negative = next((i for i, label in enumerate(labels) if "neg" in label.lower()), 1 - positive)
    reward = ClassifierReward(folder, output="logit", target="negative")
    assert reward.score("A good ", "film").value == pytest.approx(logits[negative], abs=KERNELS)


@pytest.mark.parametrize("labels", [["1 star", "2 stars", "3 stars"], ["positive", "very positive"], ["positive"]])
def test_classes_that_cannot_be_told_apart_are_an_error_that_lists_them(tmp_path, labels):
    folder = tiny_classifier(tmp_path, labels=dict(enumerate(labels)))
    with pytest.raises(ConfigError, match=r"cannot tell the positive class of .*expected two classes") as caught:
        ClassifierReward(folder)
    assert str(labels) in str(caught.value)


def test_a_negative_class_that_is_not_named_is_an_error_only_where_it_is_needed(tmp_path):
    folder = tiny_classifier(tmp_path, labels={0: "angry", 1: "sad", 2: "positive"})
    score = ClassifierReward(folder, target="negative").score("", "film")
    assert score.value == 1 - score.parts["classifier"]
    with pytest.raises(ConfigError, match=r"the negative class .*use output='probability'"):
        ClassifierReward(folder, target="negative", output="logit")


# ---- Batches


@pytest.fixture
def shapes(reward, monkeypatch):
    """The shapes of what reaches the network, as it does."""
    seen = []
    network = reward._network

    def recorded(**arguments):
        seen.append((arguments["input_ids"].tolist(), arguments["attention_mask"].tolist()))
        return network(**arguments)

    recorded.device, recorded.config = network.device, network.config
    monkeypatch.setattr(reward, "_network", recorded)
    return seen


@law
@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=80), max_size=9), st.integers(0, 2**32).map(Random))
@example([], Random(0))
@example(TEXTS, Random(0))
def test_a_batch_is_its_scores_one_by_one_in_any_order(reward, texts, random):
    singles = [reward.score(text[:3], text[3:]) for text in texts]
    order = random.sample(range(len(texts)), len(texts))
    batch = score_batch(reward, [texts[i][:3] for i in order], [texts[i][3:] for i in order])
    for i, score in zip(order, batch, strict=True):
        check_score(reward, score)
        assert_close(score, singles[i])
    again = score_batch(reward, [texts[i][:3] for i in order], [texts[i][3:] for i in order])
    assert again == batch


def test_a_model_that_reads_its_padding_would_be_noticed(reward, monkeypatch):
    network = reward._network
    singles = [reward.score("", text).value for text in TEXTS]

    def careless(input_ids, attention_mask):
        return network(input_ids=input_ids, attention_mask=torch.ones_like(attention_mask))

    careless.device, careless.config = network.device, network.config
    monkeypatch.setattr(reward, "_network", careless)
    batch = [score.value for score in reward.score_batch([""] * len(TEXTS), TEXTS)]
    assert max(abs(a - b) for a, b in zip(batch, singles, strict=True)) > 100 * KERNELS


@pytest.mark.parametrize("fits", [0, 1, 5, 40])
def test_where_memory_is_short_fewer_texts_are_read_at_once(reward, monkeypatch, fits):
    """And one for which there is none has no score, which is not 0."""
    network = reward._network
    whole = reward.score_batch([""] * len(TEXTS), TEXTS)
    shapes = []

    def small(input_ids, attention_mask):
        if input_ids.numel() > fits * 8:
            raise torch.OutOfMemoryError("CUDA out of memory")
        shapes.append(input_ids.shape)
        return network(input_ids=input_ids, attention_mask=attention_mask)

    small.device, small.config = network.device, network.config
    monkeypatch.setattr(reward, "_network", small)
    for text, expected, found in zip(TEXTS, whole, reward.score_batch([""] * len(TEXTS), TEXTS), strict=True):
        if isinstance(found, Unscored):
            tokens = int(re.search(r"out of memory with a text of (\d+) tokens", found.reason)[1])
            assert tokens > fits * 8
            with pytest.raises(Unscored):
                reward.score("", text)
        else:
            assert_close(found, expected)
    assert bool(shapes) == (fits > 0)


def test_batches_are_of_bounded_size_and_of_texts_of_like_length(reward, shapes, monkeypatch):
    monkeypatch.setattr(classifier, "BATCH", 4)
    texts = ["x " * (1 + 7 * i % 30) for i in range(30)]
    scores = reward.score_batch([""] * 30, texts)
    assert [len(ids) for ids, _ in shapes] == [4] * 7 + [2]
    lengths = [len(row) for _, mask in shapes for row in mask]
    assert lengths == sorted(lengths)
    tokens, places = (sum(f(row) for _, mask in shapes for row in mask) for f in (sum, len))
    assert tokens > 0.9 * places
    for text, score in zip(texts, scores, strict=True):
        assert_close(score, reward.score("", text))


@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neox"])
def test_a_model_without_a_padding_token_takes_batches(tmp_path, architecture):
    causal = tiny_causal(tmp_path / "causal", architecture)
    model = AutoModelForSequenceClassification.from_pretrained(causal, num_labels=2)
    model.save_pretrained(tmp_path / "classifier")
    tokenizer = AutoTokenizer.from_pretrained(causal)
    tokenizer.save_pretrained(tmp_path / "classifier")
    assert model.config.pad_token_id is None
    assert tokenizer.pad_token_id is None
    reward = ClassifierReward(str(tmp_path / "classifier"))
    scores = reward.score_batch([""] * len(TEXTS), TEXTS)
    assert len({score.value for score in scores}) == len(TEXTS)
    for text, score in zip(TEXTS, scores, strict=True):
        check_score(reward, score)
        assert_close(score, reward.score("", text))


def test_batches_of_unequal_lengths_are_refused(reward):
    with pytest.raises(ConfigError, match=r"as many completions as prompts \(1\), got 2"):
        score_batch(reward, ["a"], ["b", "c"])


# ---- Hostile texts

HOSTILE = {
    "NUL": "\0" * 10**5,
    "one word": "x" * 10**5,
    "spaces": " " * 10**5,
    "emoji": "😍" * 10**5,
    "surrogates": "\ud800\udfff" * 10**4,
    "specials": "[CLS][SEP][PAD]" * 10**4,
    "good": "good " * 10**5,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_end_of_a_long_text_is_read(reward, shapes, name):
    text = HOSTILE[name]
    score = reward.score("A prompt", text)
    check_score(reward, score)
    (ids,), (mask,) = shapes[0]
    assert len(ids) == POSITIONS
    assert mask == [1] * POSITIONS
    assert (ids[0], ids[-1]) == (2, 3)
    assert not {0, 1, 2, 3} & set(ids[1:-1])  # special tokens that are spelled out are plain text
    cut = int(score.parts["cut"])
    assert len("A prompt" + text) - POSITIONS * 5 < cut < len("A prompt" + text)
    assert score.failure == f"text cut to its last {len('A prompt' + text) - cut} characters"
    assert reward.score("Another prompt!", text).value == score.value
    assert reward.score("A prompt", text + " The end").value != score.value


@pytest.mark.parametrize("name", HOSTILE)
def test_little_of_a_long_text_reaches_the_tokenizer(reward, monkeypatch, name):
    lengths = []

    class Recorded:
        def encode(self, text):
            lengths.append(len(text))
            return tokenizer.encode(text)

    tokenizer = reward._tokenizer
    monkeypatch.setattr(reward, "_tokenizer", Recorded())
    reward.score("", HOSTILE[name])
    assert lengths == [min(MAX_CHARACTERS, len(HOSTILE[name]))]


def test_a_text_that_just_fits_is_read_whole(reward):
    word = "x"  # one token each, as byte-level BPE has learned no "xx"
    fits = word * (POSITIONS - 2)
    assert reward.score("", fits).failure is None
    assert reward.score("", fits).parts["cut"] == 0
    longer = reward.score("yz", fits)
    assert longer.parts["cut"] == 2
    assert longer.failure == f"text cut to its last {POSITIONS - 2} characters"
    assert longer.value == pytest.approx(reward.score("", fits).value, abs=KERNELS)


def test_a_lone_surrogate_is_read_as_the_replacement_character(reward):
    assert reward.score("", "a \ud83d b") == reward.score("", "a \ufffd b")
    assert reward.score("", "a \ud83d b") != reward.score("", "a ? b")


@law
@given(st.text(), st.text())
def test_every_score_is_lawful(reward, prompt, completion):
    score = reward.score(prompt, completion)
    check_score(reward, score)
    assert reward.score(prompt, completion) == score


# ---- Broken models


def changed(folder, to, change):
    """A copy of the model with changed weights."""
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        change(model.classifier.weight)
    model.save_pretrained(to)
    AutoTokenizer.from_pretrained(folder).save_pretrained(to)
    return str(to)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_logit_that_is_not_finite_is_an_exception_and_no_score(folder, tmp_path, value):
    reward = ClassifierReward(changed(folder, tmp_path, lambda weight: weight.fill_(value)))
    with pytest.raises(FormalEnvError, match="not finite"):
        reward.score("a", "film")


def test_a_large_logit_is_scored_as_the_bound(folder, tmp_path):
    large = changed(folder, tmp_path, lambda weight: weight.mul_(1e6))
    logits = {ClassifierReward(large, output="logit").score("", text).value for text in TEXTS}
    assert logits <= {-MAX_LOGIT, MAX_LOGIT}
    assert {ClassifierReward(large).score("", text).value for text in TEXTS} <= {0.0, 1.0}


def test_what_is_no_classifier_is_an_error_that_names_a_way_out(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{", encoding="utf-8")
    (tmp_path / "weights").mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "weights" / name).write_bytes((tmp_path / folder / name).read_bytes())
    (tmp_path / "weights" / "model.safetensors").write_bytes(b"none" * 10)
    AutoModelForSequenceClassification.from_pretrained(folder).save_pretrained(tmp_path / "no tokenizer")
    tiny_causal(tmp_path / "causal")
    for name in ("none", "empty", "broken", "weights", "no tokenizer", "causal"):
        with pytest.raises(ConfigError, match="no classifier at ") as caught:
            ClassifierReward(str(tmp_path / name))
        assert repr(str(tmp_path / name)) in str(caught.value)
        assert "formal-envs train-classifier --out DIR" in str(caught.value)
    assert "score.weight" in str(caught.value)  # a head with random weights would score all the same


def test_options_without_a_meaning_are_errors_that_say_so(folder):
    with pytest.raises(ConfigError, match="unknown output 'logits'; did you mean 'logit'"):
        ClassifierReward(folder, output="logits")
    with pytest.raises(ConfigError, match="unknown target 'negativ'; did you mean 'negative'"):
        ClassifierReward(folder, target="negativ")
    with pytest.raises(ConfigError, match="repetition_penalty must be a finite number of at least 0, got -1"):
        ClassifierReward(folder, repetition_penalty=-1)
    for model in ("", None, 3):
        with pytest.raises(ConfigError, match="model must be a folder or a hub id, got "):
            ClassifierReward(model)


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_without_torch_and_transformers_the_error_names_the_extra(monkeypatch, folder, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match=r"pip install 'formal-envs\[train\]'"):
        ClassifierReward(folder)


# ---- What is around a score is left alone


def state():
    return (
        torch.random.get_rng_state().tolist(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.get_float32_matmul_precision(),
    )


def test_no_global_state_of_torch_is_touched(folder, tmp_path):
    causal = tiny_causal(tmp_path)
    torch.manual_seed(5)
    before = state()
    reward = ClassifierReward(folder)
    assert state() == before
    reward.score_batch([""] * len(TEXTS), TEXTS)
    assert state() == before
    with pytest.raises(ConfigError):
        ClassifierReward(causal)  # transformers draws the weights that it lacks
    assert state() == before


def test_the_callers_precision_and_gradients_change_no_score(reward):
    expected = reward.score("A good ", "film")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert reward.score("A good ", "film") == expected
    with torch.no_grad():
        assert reward.score("A good ", "film") == expected


def test_a_model_saved_in_half_precision_is_run_in_float32(folder, tmp_path):
    AutoModelForSequenceClassification.from_pretrained(folder).to(torch.bfloat16).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert "bfloat16" in (config.get("dtype"), config.get("torch_dtype"))  # as transformers 5 and 4 call it
    reward = ClassifierReward(str(tmp_path))
    values = [reward.score("", text).value for text in TEXTS]
    for text, score in zip(TEXTS, reward.score_batch([""] * len(TEXTS), TEXTS), strict=True):
        assert score.value == pytest.approx(values[TEXTS.index(text)], abs=KERNELS)


def test_rewards_with_equal_arguments_are_equal_and_survive_copies(folder, reward):
    others = [
        ClassifierReward(folder, output="logit"),
        ClassifierReward(folder, target="negative"),
        ClassifierReward(folder, repetition_penalty=1),
    ]
    assert len({reward, *others}) == 4
    assert ClassifierReward(folder) == reward
    assert reward != VaderReward()
    for each in (reward, *others):
        assert isinstance(each, Reward)
        assert len(pickle.dumps(each)) < 1_000  # no weights
        for again in (pickle.loads(pickle.dumps(each)), copy.deepcopy(each)):
            assert again == each
            assert hash(again) == hash(each)
            assert repr(again) == repr(each)
            assert again.range == each.range
            assert again.score("A good ", "film") == each.score("A good ", "film")


def test_scores_are_the_same_off_the_main_thread(reward):
    texts = TEXTS * 10
    with ThreadPoolExecutor(4) as pool:
        for text, score in zip(texts, pool.map(reward.score, texts, texts), strict=True):
            assert_close(score, reward.score(text, text))


# ---- Factories


def test_a_classifier_is_watched_where_vader_pays(folder):
    reward = vader(target="negative", repetition_penalty=0.5, classifier=folder)
    assert reward == Watched(
        VaderReward(target="negative", repetition_penalty=0.5), ClassifierReward(folder, target="negative")
    )
    score = reward.score("A good ", "film")
    assert score.value == VaderReward(target="negative").score("A good ", "film").value
    assert set(score.parts) == PARTS | {"vader"}


def test_vader_is_watched_where_a_classifier_pays(folder):
    options = {"output": "logit", "target": "negative", "repetition_penalty": 0.5}
    reward = by_classifier(classifier=folder, **options)
    paying = ClassifierReward(folder, **options)
    assert reward == Watched(paying, VaderReward(target="negative"))
    assert reward.range == paying.range
    score = reward.score("A good ", "film")
    assert (score.value, score.failure) == (paying.score("A good ", "film").value, None)
    assert score.parts["vader"] == 0.4404
    texts = ["A good ", "A bad "] * 3
    for one, other in zip(
        score_batch(reward, texts, ["film"] * 6), score_batch(paying, texts, ["film"] * 6), strict=True
    ):
        assert one.value == other.value
