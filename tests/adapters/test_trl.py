"""TRL's GRPOTrainer on tasks: as a dataset with a reward function, and as environments that are answered by a tool."""

import re
import zlib
from functools import partial
from importlib.resources import files

import pytest

pytest.importorskip("trl")

import torch
import trl
from running import run
from tiny_models import END, PAD, tiny_tokenizer
from transformers import GPT2Config, GPT2LMHeadModel

from agents.models.build import new_model
from agents.runs.checkpoint import hugging_face_tokenizer
from formal_envs.adapters.rows import rows, score
from formal_envs.adapters.trl import ProblemEnvironment, make_dataset, make_reward, programmed_reward
from formal_envs.adapters.trl_credit import ErrorCreditTrainer, error_advantages, error_token
from formal_envs.adapters.trl_watch import WatchCallback
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.score import Unscored
from formal_envs.tasks import make_task
from formal_envs.tasks.arithmetic.reward import ArithmeticReward
from formal_envs.testing import RewardWatch, same_value
from formal_envs.testing.calls import as_scorer
from formal_envs.tokenizers import load_tokenizer

TOOL_CALL = '<tool_call>\n{{"name": "answer", "arguments": {{"text": "{}"}}}}\n</tool_call>'
STEPS = 10
NUMBERS = range(15, 35)  # near the solutions: the mean of five operands from 0 to 10 is 25


@pytest.fixture(autouse=True)
def _seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


def config(folder, **settings):
    return trl.GRPOConfig(
        output_dir=str(folder),
        max_steps=STEPS,
        num_generations=4,
        bf16=False,
        use_cpu=True,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        **settings,
    )


def steps_of(trainer):
    logged = [row for row in trainer.state.log_history if "reward" in row]
    assert [row["step"] for row in logged] == list(range(1, STEPS + 1))
    return logged


def weights_of(model):
    return torch.cat([weight.detach().flatten().clone() for weight in model.parameters()])


def test_a_dataset_holds_the_rows_also_as_messages():
    plain, chat = (make_dataset("FormalArith-v0", 3, seed=2, terms=3, chat=chat) for chat in (False, True))
    wanted = list(rows("FormalArith-v0", 3, seed=2, terms=3))
    assert plain.to_list() == wanted
    assert chat["prompt"][1] == [{"role": "user", "content": wanted[1]["prompt"]}]
    assert list(chat["id"]) == [row["id"] for row in wanted]


def test_the_reward_function_scores_texts_and_messages_and_logs_what_it_is_made_of():
    ids = [row["id"] for row in rows("FormalArith-v0", 2)]
    solutions = [row["solution"] for row in rows("FormalArith-v0", 2)]
    columns, metrics = {}, {}
    texts = [solutions[0], "nan"]
    rewards = programmed_reward(["", ""], texts, ids, log_extra=columns.__setitem__, log_metric=metrics.__setitem__)
    assert rewards[0] == 1 > rewards[1]
    assert metrics["parts/exact"] == metrics["parts/well_formed"] == 0.5
    assert columns["failure"][0] == ""
    assert "'n'" in columns["failure"][1]
    messages = [[{"role": "assistant", "content": text}] for text in texts]
    assert programmed_reward(["", ""], messages, ids, solution=solutions) == rewards
    assert as_scorer(programmed_reward, with_solutions=True).kind == "trl"


def test_the_first_answer_counts_and_is_not_judged_aloud():
    (row,) = rows("FormalArith-v0", 1)
    environment = ProblemEnvironment()
    assert environment.reset(**row) is None
    said = environment.answer("7")
    assert environment.get_reward() < 1
    assert row["solution"] not in said
    assert "first answer counts" in environment.answer(row["solution"])
    assert environment.get_reward() == programmed_reward([""], ["7"], [row["id"]])[0]
    environment.reset(**row)
    assert environment.answer(row["solution"]) == said
    assert environment.get_reward() == 1
    environment.reset(**row)
    assert environment.get_reward() == programmed_reward([""], [""], [row["id"]])[0]


@pytest.mark.parametrize("right_at", [1, 2, 3, None])
def test_a_wrong_answer_is_told_and_may_be_followed(right_at):
    """Countdown: 7 7 10 13 -> 20. Three attempts, of which one is right, or none."""
    (row,) = rows("FormalCountdown-v0", 1)
    environment = partial(ProblemEnvironment, attempts=3, attempt_cost=0.1)()
    environment.reset(**row)
    wrong = {"7+14": "Wrong: at 4: 14 is none of the numbers left at column 4. Answer again.",
             "7*7": "Wrong: the value is 49, not 20. Answer again."}  # fmt: skip
    for number, (text, expected) in enumerate([*wrong.items(), ("7+7", "The answer was taken.")], start=1):
        if number == right_at:
            assert environment.answer("13+7") == "The answer was taken."
            break
        assert environment.answer(text) == expected
    assert "no further answer" in environment.answer("13+7")
    assert environment.get_reward() == pytest.approx(0.1 - 0.2 if right_at is None else 1 - 0.1 * (right_at - 1))
    environment.reset(**row)
    assert environment.get_reward() == pytest.approx(-0.2)  # nothing was said
    assert "Wrong" in environment.answer("7*7")
    assert environment.answer(7) == "The answer must be a text; it was not taken."
    assert environment.get_reward() == pytest.approx(-0.2)  # it stopped
    assert environment.answer("13+7") == "The answer was taken."
    assert environment.get_reward() == pytest.approx(0.9)


def test_a_dataset_without_ids_is_named():
    with pytest.raises(ConfigError, match="column id"):
        ProblemEnvironment().reset(prompt="1+2=")


@pytest.fixture
def words():
    """A model of random weights that writes arithmetic's words, and its tokenizer."""
    tokenizer = TokenLayout(make_task("Arith")[0]).tokenizer
    return new_model(tokenizer, 1, 32, 2, 64), hugging_face_tokenizer(tokenizer)


@pytest.mark.train
def test_ten_steps_with_the_reward_function(tmp_path, words):
    model, tokenizer = words
    before = weights_of(model)
    trainer = trl.GRPOTrainer(
        model,
        reward_funcs=programmed_reward,
        args=config(tmp_path, per_device_train_batch_size=16, max_completion_length=1, learning_rate=1e-3),
        train_dataset=make_dataset("FormalArith-v0", 40),
        processing_class=tokenizer,
    )
    trainer.train()
    for row in steps_of(trainer):
        assert 0 < row["reward"] < 1
        assert row["reward"] == pytest.approx(row["rewards/programmed_reward/mean"])
        assert row["parts/well_formed"] > 0.5  # words are numbers, but for symbols
        assert row["grad_norm"] > 0
    assert not torch.equal(weights_of(model), before)


@pytest.mark.train
def test_what_could_not_be_scored_is_in_no_mean(tmp_path, words, monkeypatch):
    score, given = ArithmeticReward.score_batch, []

    def lossy(self, prompts, completions):
        results = score(self, prompts, completions)
        kept = [zlib.crc32(f"{place}{prompts}".encode()) % 3 for place in range(len(results))]
        return [result if keep else Unscored("away") for keep, result in zip(kept, results, strict=True)]

    def noted(*arguments, **columns):
        given.append(programmed_reward(*arguments, **columns))
        return given[-1]

    monkeypatch.setattr(ArithmeticReward, "score_batch", lossy)
    model, tokenizer = words
    before = weights_of(model)
    trainer = trl.GRPOTrainer(
        model,
        reward_funcs=noted,
        args=config(tmp_path, per_device_train_batch_size=16, max_completion_length=1, learning_rate=1e-3),
        train_dataset=make_dataset("FormalArith-v0", 40),
        processing_class=tokenizer,
    )
    trainer.train()
    assert 0 < sum(rewards.count(None) for rewards in given) < sum(map(len, given))
    for row, rewards in zip(steps_of(trainer), given, strict=True):
        paid = [reward for reward in rewards if reward is not None]
        assert row["reward"] == pytest.approx(sum(paid) / len(paid))
        assert row["grad_norm"] > 0
    assert not torch.equal(weights_of(model), before)


@pytest.fixture
def caller():
    """A model each token of which is the call of the tool with a number, or the end; and its tokenizer."""
    names = {"eos_token": "<|im_end|>", "pad_token": PAD, "unk_token": END}
    tokenizer = tiny_tokenizer(END, PAD, "<|im_start|>", "<|im_end|>", **names)
    tokenizer.chat_template = (files("trl") / "chat_templates" / "qwen3.jinja").read_text(encoding="utf-8")
    calls = [TOOL_CALL.format(number) for number in NUMBERS]
    tokenizer.add_tokens(calls)
    written = {tokenizer.eos_token_id, *tokenizer.convert_tokens_to_ids(calls)}
    size = {"n_positions": 1024, "n_embd": 32, "n_layer": 1, "n_head": 2}
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), **size, **ends))
    model.generation_config.suppress_tokens = [token for token in range(len(tokenizer)) if token not in written]
    return model, tokenizer


@pytest.mark.train
def test_ten_steps_in_environments_that_are_answered_by_a_tool(tmp_path, caller):
    model, tokenizer = caller
    before = weights_of(model)
    settings = {"per_device_train_batch_size": 8, "max_completion_length": 4, "learning_rate": 1e-2}
    trainer = trl.GRPOTrainer(
        model,
        args=config(tmp_path, **settings),
        train_dataset=make_dataset("FormalArith-v0", 20, chat=True),
        processing_class=tokenizer,
        environment_factory=ProblemEnvironment,
    )
    trainer.train()
    logged = steps_of(trainer)
    for row in logged:
        assert row["tools/call_frequency"] > 0
        assert row["tools/failure_frequency"] == 0
        assert row["reward"] == pytest.approx(row["rewards/ProblemEnvironment/mean"])
    assert sum(row["reward"] for row in logged) / STEPS > 0.3  # the empty answer earns 1e-22
    assert not torch.equal(weights_of(model), before)


@pytest.mark.train
def test_steps_in_environments_with_second_attempts(tmp_path, caller):
    model, tokenizer = caller
    told = []

    class Noting(ProblemEnvironment):
        def answer(self, text: str) -> str:
            """Answer the problem.

            Args:
                text: The whole answer.
            """
            told.append(super().answer(text))
            return told[-1]

    trainer = trl.GRPOTrainer(
        model,
        args=config(tmp_path, per_device_train_batch_size=8, max_completion_length=400, max_tool_calling_iterations=3),
        train_dataset=make_dataset("FormalArith-v0", 20, chat=True),
        processing_class=tokenizer,
        environment_factory=partial(Noting, attempts=3),
    )
    trainer.train()
    assert told.count("Wrong: wrong. Answer again.") > 50
    assert told.count("The answer was taken.") > 10
    assert all(-0.1 <= row["reward"] < 1 for row in steps_of(trainer))


@pytest.mark.process
@pytest.mark.parametrize(
    ("written", "steps", "options"), [("words", STEPS, ["--max-tokens=1"]), ("caller", 2, ["--max-tokens=4", "--tool"])]
)
def test_the_example_runs(tmp_path, request, written, steps, options):
    for part in request.getfixturevalue(written):
        part.save_pretrained(tmp_path / "model")
    options = (*options, f"--steps={steps}", f"--out={tmp_path / 'out'}")
    shown = run("examples/trl_grpo.py", "--model", str(tmp_path / "model"), *options)
    rewards = [float(reward) for reward in re.findall(r"^step \d+: reward ([\d.]+)", shown, re.MULTILINE)]
    assert len(rewards) == steps
    assert all(0 < reward < 1 for reward in rewards)


# ---- What a tool has said


@pytest.mark.train
def test_what_a_tool_says_last_is_not_the_models_answer(tmp_path, caller):
    """TRL cuts a completion that has no room for more than the reply of a tool, here the best constant answer."""

    def answer(text: str) -> str:
        """Look the answer up.

        Args:
            text: Anything.
        """
        return "25"

    def reward(completions, id, **columns):
        rewards = programmed_reward(completions=completions, id=id, **columns)
        seen.extend(zip(completions, id, rewards, strict=True))
        return rewards

    seen = []
    model, tokenizer = caller
    trainer = trl.GRPOTrainer(
        model,
        reward_funcs=reward,
        args=config(tmp_path, per_device_train_batch_size=8, max_completion_length=1),
        train_dataset=make_dataset("FormalArith-v0", 20, chat=True),
        processing_class=tokenizer,
        tools=[answer],
    )
    reply = {"role": "tool", "name": "answer", "content": "25"}
    trainer.max_completion_length = 1 + len(trainer._get_tool_suffix_ids([reply]))
    trainer.train()
    cut = [(completion, id, earned) for completion, id, earned in seen if completion[-1] == reply]
    assert len(cut) > 10
    for completion, id, earned in cut:
        assert completion[0]["tool_calls"]
        assert earned == score(id, "").value < score(id, "25").value


# ---- The token at which a completion went wrong


class Letters:
    """A tokenizer of one letter a token, in which 0 is no text."""

    def decode(self, ids, skip_special_tokens):
        return "".join(chr(96 + id) for id in ids if id or not skip_special_tokens)


@pytest.mark.parametrize(
    ("ids", "text", "failed_at", "token"),
    [
        ([1, 2, 3, 0], "abc", 0, 0),
        ([1, 2, 3, 0], "abc", 2, 2),
        ([1, 2, 3, 0], "abc", 3, 3),  # it ends too early
        ([1, 2, 3], "abc", 3, 2),  # and was cut
        ([0, 1, 2], "ab", 0, 1),
        ([1, 2, 3, 0], "abc", None, -1),
        ([1, 2, 3, 0], "ab", 1, -1),  # the message is not all that was written
    ],
)
def test_the_first_wrong_token(ids, text, failed_at, token):
    assert error_token(Letters(), ids, text, failed_at) == token


def test_the_first_wrong_token_pays_alone():
    advantages, positions = torch.tensor([-2.0, 3.0, -1.0, 0.5]), torch.tensor([1, 0, -1, -1])
    expected = [[0, -2, 0], [0, 0, 0], [-1, -1, -1], [0.5, 0.5, 0.5]]
    assert error_advantages(advantages, positions, 3).tolist() == expected


def first_sign(text):
    """Where the first character that is no digit stands."""
    return next((place for place, letter in enumerate(text) if not letter.isdigit()), None)


def digits(completions, log_extra, **columns):
    """Pays for the digits that come first."""
    places = [first_sign(text) for text in completions]
    log_extra("failed_at", places)
    return [1.0 if place is None else place / 10 for place in places]


@pytest.mark.train
def test_ten_steps_in_which_the_first_wrong_token_pays(tmp_path):
    outputs = []

    class Trainer(ErrorCreditTrainer):
        def _generate_and_score_completions(self, inputs):
            outputs.append(super()._generate_and_score_completions(inputs))
            return outputs[-1]

    task = make_task("Arith")[0]
    layout = TokenLayout(task, load_tokenizer("char", task.charset, task.vocabulary))
    tokenizer = hugging_face_tokenizer(layout.tokenizer)
    model = new_model(layout.tokenizer, 1, 32, 2, 64)
    before = weights_of(model)
    trainer = Trainer(
        model,
        reward_funcs=digits,
        args=config(tmp_path, per_device_train_batch_size=16, max_completion_length=6, learning_rate=1e-3),
        train_dataset=make_dataset("FormalArith-v0", 40),
        processing_class=tokenizer,
    )
    trainer.train()
    assert len(steps_of(trainer)) == STEPS
    assert not torch.equal(weights_of(model), before)
    paid = 0
    for output in outputs:
        ids, mask, advantages = (output[name] for name in ("completion_ids", "completion_mask", "advantages"))
        assert advantages.shape == ids.shape
        for row, live, own in zip(ids, mask.sum(dim=1), advantages, strict=True):
            letters = [tokenizer.decode([token], skip_special_tokens=True) for token in row[:live].tolist()]
            place = first_sign("".join(letters))
            if place is None:
                assert len(set(own.tolist())) == 1
            else:
                assert own.max() <= 0
                written = [token for token, letter in enumerate(letters) if letter]  # the others are special
                assert own.nonzero()[:, 0].tolist() in ([], [written[place]])
                paid += len(own.nonzero())
    assert paid > 30


# ---- A watch on the reward


def any_number(prompts, completions, **columns):
    """Pays for any number: the sum is one of them."""
    return [float(completion.strip().isdigit()) for completion in completions]


async def any_number_awaited(prompts, completions, **columns):
    return any_number(prompts, completions)


def watched_run(folder, words, reward, **options):
    model, tokenizer = words
    watched = WatchCallback(RewardWatch(same_value, **options), reward)
    trainer = trl.GRPOTrainer(
        model,
        reward_funcs=watched.reward,
        args=config(folder, per_device_train_batch_size=16, max_completion_length=1, learning_rate=1e-3),
        train_dataset=make_dataset("FormalArith-v0", 40),
        processing_class=tokenizer,
        callbacks=[watched],
    )
    trainer.train()
    return watched.watch, [row for row in trainer.state.log_history if "reward" in row]


@pytest.mark.train
@pytest.mark.filterwarnings("ignore:step")
@pytest.mark.parametrize("reward", [any_number, any_number_awaited])
def test_a_watch_stops_a_run_whose_reward_is_gamed(tmp_path, words, reward):
    watch, logged = watched_run(tmp_path, words, reward)
    assert watch.gamed.step == logged[-1]["step"] < STEPS
    for row, look in zip(logged, watch.looks, strict=True):
        assert 0.5 < row["watch/reward"] == pytest.approx(row[f"rewards/{reward.__name__}/mean"])
        assert row["watch/judgement"] == look.judgement < 0.5
        assert row["watch/mean_gap"] == pytest.approx(look.mean_gap)


@pytest.mark.train
def test_a_watch_lets_a_run_go_on_that_is_paid_for_what_is_right(tmp_path, words):
    def right(prompts, completions, solution, **columns):
        return [float(same_value(*pair)) for pair in zip(completions, solution, strict=True)]

    watch, logged = watched_run(tmp_path, words, right, most=0.1)
    assert len(logged) == len(watch.looks) == STEPS
    assert {look.gap for look in watch.looks} == {0.0}


def test_what_is_no_function_is_not_watched():
    with pytest.raises(ConfigError, match="a function for reward_funcs, got 'model'"):
        WatchCallback(RewardWatch(same_value), "model")


def test_a_watched_reward_gives_what_it_gives_unwatched():
    ids = [row["id"] for row in rows("FormalArith-v0", 2)]
    watched = WatchCallback(RewardWatch(lambda completion: True), programmed_reward)
    messages = [[{"role": "assistant", "content": [{"type": "text", "text": "25"}]}]] * 2
    asked = [[{"role": "user", "content": "1+2="}]] * 2
    assert watched.reward(asked, messages, id=ids) == programmed_reward(asked, messages, ids)
    assert watched.reward.__name__ == "programmed_reward"
    assert watched.watch.looks[0].judged == 2
    assert WatchCallback(watched.watch, make_reward(())).reward.__name__ == "trusting_reward"
