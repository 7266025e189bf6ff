"""The small sentiment classifier: what it learns, what is saved, and the scripts that use public ones."""

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError

torch = pytest.importorskip("torch")
pytest.importorskip("vaderSentiment")

from tiny_models import tiny_causal, tiny_classifier  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.commands.classifier import train_classifier_command  # noqa: E402
from agents.commands.shared import parse_settings  # noqa: E402
from agents.models import classifier  # noqa: E402
from agents.models.classifier import POSITIONS, agreement, train_classifier  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.tasks.sentiment.classifier import ClassifierReward  # noqa: E402

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "classifier"
    return out, train_classifier(out, examples=8192, epochs=2, device="cpu")


@pytest.fixture
def quick(monkeypatch):
    """Few held-out reviews, where their number does not matter."""
    monkeypatch.setattr(classifier, "measure_classifier", partial(classifier.measure_classifier, reviews=64))


@pytest.mark.train
def test_it_learns_to_tell_held_out_reviews_apart(trained):
    out, summary = trained
    assert summary == json.loads((out / "summary.json").read_text())
    assert summary["accuracy"] > 0.9
    assert summary["spearman"] > 0.4
    assert 0.5 < summary["sign_agreement"] <= 1
    assert summary["examples"] == 8192


@pytest.mark.train
def test_the_folder_is_a_classifier_that_transformers_loads(trained):
    out, _ = trained
    model, tokenizer = AutoModelForSequenceClassification.from_pretrained(out), AutoTokenizer.from_pretrained(out)
    assert model.config.id2label == {0: "negative", 1: "positive"}
    assert tokenizer.model_max_length == model.config.max_position_embeddings == POSITIONS
    assert tokenizer.pad_token_id == model.config.pad_token_id
    assert len(tokenizer) == model.config.vocab_size
    batch = tokenizer(["a wonderful film", "no " * 1000], padding=True, truncation=True, return_tensors="pt")
    assert batch["input_ids"].shape == (2, POSITIONS)
    assert model(**batch).logits.isfinite().all()


@pytest.mark.train
@settings(max_examples=200, deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Lu", "Lt"))))
def test_the_tokenizer_maps_any_text_and_loses_nothing_but_case(trained, text):
    tokenizer = AutoTokenizer.from_pretrained(trained[0])
    ids = tokenizer(text)["input_ids"]
    said = tokenizer.decode(ids[1:-1], clean_up_tokenization_spaces=False)
    assert said in (text, f" {text}")  # a blank is put in front of the first word, as of all others
    assert tokenizer("A GREAT Film")["input_ids"] == tokenizer(" a great film")["input_ids"]


@pytest.mark.train
def test_the_reward_reads_it(trained):
    reward = ClassifierReward(str(trained[0]))
    assert reward.score("I saw it", " and it was wonderful.").value > 0.5
    assert reward.score("I saw it", " and it was terrible.").value < 0.5


@pytest.mark.train
def test_the_seed_alone_decides(tmp_path, quick):
    torch.manual_seed(1)
    weights = {}
    before = torch.random.get_rng_state()
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        train_classifier(tmp_path / name, examples=96, epochs=1, seed=seed, device="cpu")
        weights[name] = (tmp_path / name / "model.safetensors").read_bytes()
        assert torch.equal(torch.random.get_rng_state(), before)
        torch.rand(1)
        before = torch.random.get_rng_state()
    assert weights["a"] == weights["b"] != weights["c"]


@pytest.mark.parametrize("content", ["file", "folder"])
def test_what_is_there_is_never_overwritten(tmp_path, content):
    out = tmp_path / "out"
    kept = out if content == "file" else out / "notes.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")
    with pytest.raises(ConfigError, match="another --out"):
        train_classifier(out, examples=64, epochs=1)
    assert kept.read_text() == "mine"


def test_an_empty_folder_will_do(tmp_path, quick):
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    train_classifier(out, examples=64, epochs=1, device="cpu")
    assert (out / "config.json").exists()
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_run_that_fails_leaves_no_folder_and_the_next_one_succeeds(tmp_path, quick, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(classifier, "measure_classifier", stop)  # all is saved but the summary
        with pytest.raises(KeyboardInterrupt):
            train_classifier(tmp_path / "out", examples=64, epochs=1, device="cpu")
    assert not (tmp_path / "out").exists()
    train_classifier(tmp_path / "out", examples=64, epochs=1, device="cpu")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("numbers", [{"examples": 0}, {"epochs": 0}, {"device": "gpu"}, {"seed": -1}])
def test_numbers_out_of_range_are_errors(tmp_path, numbers):
    with pytest.raises(ConfigError, match=next(iter(numbers))):
        train_classifier(tmp_path / "out", **numbers)
    assert not list(tmp_path.iterdir())


def test_agreement_worked_by_hand():
    labels = np.array([1, 1, 0, 0, 0])
    probability = np.array([0.9, 0.4, 0.6, 0.1, 0.2])  # right on three of five
    logit = np.array([3.0, -0.5, 1.0, -2.0, -1.0])  # ranks 5 3 4 1 2
    compound = np.array([0.8, 0.1, -0.2, -0.9, 0.0])  # ranks 5 4 2 1 3; differences 0 -1 2 0 -1
    result = agreement(labels, probability, logit, compound)
    assert result == pytest.approx({"accuracy": 3 / 5, "spearman": 1 - 6 * 6 / (5 * 24), "sign_agreement": 2 / 4})


@given(st.lists(st.integers(1, 40), min_size=1, max_size=9000), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_batches_hold_every_row_once(lengths, seed):
    batches = list(classifier._batches(lengths, np.random.default_rng(seed)))
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    assert {len(batch) for batch in batches} <= set(range(1, 65))
    assert len(batches) == -(-len(lengths) // 64)  # what the bar and the learning rate count on


def test_batches_are_of_similar_lengths_and_in_random_order():
    lengths = np.random.default_rng(0).integers(1, 100, 6400)
    spreads, means = zip(
        *((np.ptp(lengths[b]), lengths[b].mean()) for b in classifier._batches(lengths, np.random.default_rng(0))),
        strict=True,
    )
    assert np.mean(spreads) < 5
    assert abs(np.corrcoef(means, range(len(means)))[0, 1]) < 0.5


rows_and_labels = st.lists(
    st.tuples(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(0, 1)), min_size=1, max_size=8
)


@given(rows_and_labels, st.integers(0, 99))
def test_torn_rows_hold_tokens_of_their_label_alone_between_the_same_ends(reviews, seed):
    labels = np.array([label for _, label in reviews])
    rows = [torch.tensor([1, *(number + 100 * (1 + label) for number in text), 2]) for text, label in reviews]
    texts = classifier._some_torn(rows, labels, np.random.default_rng(seed))
    for row, text, label in zip(rows, texts, labels, strict=True):
        assert (text[0], text[-1]) == (1, 2)
        assert len(text) <= max(len(row), POSITIONS)
        assert set((text[1:-1] // 100).tolist()) <= {1 + label}


def test_a_third_of_the_rows_is_torn_anywhere():
    rows = [torch.tensor([1, *range(3, 23), 2])] * 6000
    texts = classifier._some_torn(rows, np.arange(6000) % 2, np.random.default_rng(0))
    torn = [text[1:-1] for text in texts if not torch.equal(text, rows[0])]
    assert len(torn) == pytest.approx(0.3 * 6000, abs=150)  # 4 standard deviations
    assert np.mean([len(text) for text in torn]) == pytest.approx(41 / 3 * 0.85, abs=1)  # a stretch's mean, with gaps
    assert {text[0].item() for text in torn if len(text)} == set(range(3, 23))
    assert max(map(len, torn)) > 25


@pytest.mark.train
def test_the_command(tmp_path, quick):
    def run(*arguments):
        result = CliRunner().invoke(train_classifier_command, [*arguments, "--device", "cpu", "--examples", "64"])
        assert result.exit_code == 0, result.output
        return result.stdout

    row = json.loads(run("--out", str(tmp_path / "a"), "--json"))
    assert row == json.loads((tmp_path / "a" / "summary.json").read_text())
    said = run("--out", str(tmp_path / "b"), "--seed", "0")
    assert f"accuracy {row['accuracy']:.4f}" in said
    assert f"--set classifier={tmp_path / 'b'}" in said


def calls(script, folder):
    """The arguments of every call of formal-envs that an example script makes."""
    (folder / "bin").mkdir()
    fake = folder / "bin" / "formal-envs"
    fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" '--end--' >> '{folder}/calls'\n")
    fake.chmod(0o755)
    subprocess.run(
        ["bash", ROOT / "examples" / script, "runs/x"],
        env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin"},
        check=True,
        timeout=60,
    )
    return [call.split("\n") for call in (folder / "calls").read_text().split("\n--end--\n") if call]


@pytest.mark.process
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("script", ["gpt2_imdb.sh", "pythia_410m.sh"])
def test_the_settings_of_the_example_scripts_are_ours(script, tmp_path):
    architecture = {"gpt2_imdb.sh": "gpt2", "pythia_410m.sh": "gpt_neox"}[script]
    models = {"model": tiny_causal(tmp_path / "model", architecture), "classifier": tiny_classifier(tmp_path / "c")}
    parsed = [main.commands[name].make_context(name, rest).params for name, *rest in calls(script, tmp_path)]
    trainings = [params for params in parsed if params.get("model")]
    assert len(trainings) == {"gpt2_imdb.sh": 2, "pythia_410m.sh": 1}[script]
    for params in trainings:
        values = {**parse_settings(params["settings"]), "steps": params["steps"]}
        assert values["dataset"] == "stanfordnlp/imdb"
        assert values["classifier"] == "lvwerra/distilbert-imdb"
        here = {**models, "dataset": ""}  # in place of what needs the network
        spec = RunSpec.parse(params["env"], {**values, **here})
        config = spec.config
        assert (config.prompts, config.completions, config.epochs, config.advantage) == (256, 1, 4, "gae")
        assert (config.kl_coef, config.kl_target, config.kl_horizon) == (0.2, 6.0, 10_000.0)
        assert (config.entropy_coef, config.entropy_target, config.batch_entropy_coef) == (0.0, -1.0, 0.0)
        assert spec.layout().max_tokens == 16
        assert spec.build()[1].score("I saw it", " and it was wonderful.").parts.keys() >= {"vader", "logit"}
    if script == "gpt2_imdb.sh":
        assert config.learning_rate == 1.41e-5
    else:
        assert (config.lora_rank, config.gradient_checkpointing, config.bf16) == (16, True, True)
