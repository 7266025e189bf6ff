"""A checkpoint carries its own list of words: runs go on being read with it when their task gets other words."""

import tempfile
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from click.testing import CliRunner  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.evaluation.agent import evaluate  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.runs.checkpoint import hugging_face_tokenizer  # noqa: E402
from agents.runs.config import SFTConfig  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.sft import train_supervised  # noqa: E402
from formal_envs.errors import ConfigError, ParseFailure  # noqa: E402
from formal_envs.tasks.game import task as game  # noqa: E402
from formal_envs.tasks.game.words import vocabulary  # noqa: E402
from formal_envs.tokenizers import VocabularyTokenizer, load_tokenizer  # noqa: E402

TINY = {"layers": 1, "width": 16, "heads": 2, "device": "cpu", "test_episodes": 8, "steps": 2}
SFT = {**TINY, "examples": 16, "batch": 8, "validation": 8, "evaluate_every": 2}
PPO = {**TINY, "prompts": 4, "completions": 2, "minibatches": 2}
NEW_WORDS = {" (board", " (piece", " (is Line"}


def sft(env, **options):
    return RunSpec.parse(env, {**SFT, **options}, SFTConfig)


# ---- A word list that lacks words of the task of today, and can spell them


@pytest.fixture
def old_words(monkeypatch):
    """The list of a game task that has not got ``NEW_WORDS`` yet, while the test is in the past."""
    words = tuple(word for word in vocabulary() if word not in NEW_WORDS)
    assert len(words) == len(vocabulary()) - len(NEW_WORDS)
    with monkeypatch.context() as past:
        past.setattr(game, "vocabulary", lambda: words)
        yield words, past


@pytest.mark.train
@pytest.mark.parametrize("kind", ["sft", "ppo"])
def test_a_run_from_before_the_task_got_new_words_is_evaluated_resumed_and_trained_from(tmp_path, old_words, kind):
    words, past = old_words
    trainer = train_supervised if kind == "sft" else train
    folder = tmp_path / "old"
    spec = sft("FormalGame-v0") if kind == "sft" else RunSpec.parse("FormalGame-v0", PPO)
    summary, longest = trainer(spec, folder), spec.layout().max_tokens
    past.undo()
    run = Run.open(folder)
    assert run.spec.layout().tokenizer.tokens == vocabulary() != words

    agent = PolicyAgent.load(run)
    assert agent.layout.tokenizer.tokens == words
    assert agent.layout.max_tokens == longest
    task, (_, reward) = spec.task(split="test"), spec.build()
    assert evaluate(agent, task, reward, episodes=8, seed=0) == summary["greedy_test"]

    more = replace(run.spec, config=replace(run.spec.config, steps=4))
    assert trainer(more, folder, resume=True)["step"] == 4
    assert PolicyAgent.load(run).layout.tokenizer.tokens == words

    child = RunSpec.parse("FormalGame-v0", {**PPO, "model": str(folder)})
    train(child, tmp_path / "child")
    assert Run.open(tmp_path / "child").metrics()[0]["kl"] == pytest.approx(0.0, abs=1e-4)
    assert PolicyAgent.load(Run.open(tmp_path / "child")).layout.tokenizer.tokens == words


# ---- One that cannot


@pytest.mark.parametrize("tokenizer", ["word", "char"])
def test_a_run_without_tokens_for_the_task_says_why_and_what_to_do(tmp_path, tokenizer):
    train_supervised(sft("FormalArith-v0", tokenizer=tokenizer, answer="chain", terms=3), tmp_path / "run")
    message = r"run.checkpoint' cannot write words of the task, 1 in all, such as '-'.*Train a new model"
    with pytest.raises(ConfigError, match=message):
        RunSpec.parse("FormalArith-v0", {**PPO, "model": str(tmp_path / "run"), "operators": "+-"})
    evaluated = CliRunner().invoke(main, ["eval", str(tmp_path / "run"), "--set", "operators=-"])
    assert evaluated.exit_code == 1
    assert "no token for '-' at column" in evaluated.output


@pytest.mark.train
def test_a_task_that_got_words_which_cannot_be_spelt_says_so(tmp_path, monkeypatch):
    with monkeypatch.context() as past:
        old = tuple(word for word in vocabulary() if word not in {" (board", "b"})
        past.setattr(game, "vocabulary", lambda: old)
        train_supervised(sft("FormalGame-v0", mode="compose"), tmp_path / "run")
    with pytest.raises(ConfigError, match=r"cannot write words of the task, 2 in all, such as ' \(board'"):
        PolicyAgent.load(Run.open(tmp_path / "run"))


# ---- What is saved is what is loaded

pieces = st.text(alphabet="ab .", min_size=1, max_size=6) | st.text(alphabet="a-(#\\\n é好", min_size=1, max_size=4)


def ids(tokenizer, text):
    try:
        return tokenizer.encode(text)
    except ParseFailure as failure:
        return failure.column


@settings(deadline=None, max_examples=50)
@given(st.sets(pieces, min_size=1, max_size=12), st.lists(pieces, max_size=8), st.randoms(use_true_random=False))
def test_a_saved_tokenizer_encodes_and_decodes_the_same(tokens, others, random):
    tokens = sorted(tokens)
    random.shuffle(tokens)
    tokenizer = VocabularyTokenizer(tokens)
    with tempfile.TemporaryDirectory() as folder:
        hugging_face_tokenizer(tokenizer).save_pretrained(folder)
        loaded = load_tokenizer(folder, "".join(tokens), tokens)
    assert isinstance(loaded, VocabularyTokenizer)
    assert [loaded.bos_id, loaded.eos_id, loaded.pad_id, loaded.vocab_size] == [
        *(tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id, tokenizer.vocab_size)
    ]
    for text in ("".join(random.choices(tokens, k=6)), "".join(random.choices([*tokens, *others], k=6))):
        assert ids(loaded, text) == ids(tokenizer, text)
    places = random.choices(range(tokenizer.vocab_size), k=10)
    assert loaded.decode(places) == tokenizer.decode(places)


def test_a_word_called_as_a_special_token_cannot_be_saved():
    with pytest.raises(ConfigError, match="<pad>"):
        hugging_face_tokenizer(VocabularyTokenizer(["a", "<pad>"]))
