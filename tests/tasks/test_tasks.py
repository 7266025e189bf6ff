"""The arithmetic task and the key streams, held to the paper's text and to references written from it here."""

import inspect
import math
import random as python_random
import re
from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.rewards import ArithmeticReward, VaderReward
from formal_envs.score import score_batch
from formal_envs.tasks import TASKS, make_task, option_names
from formal_envs.tasks.arithmetic.reward import evaluate
from formal_envs.tasks.arithmetic.task import ArithmeticTask
from formal_envs.tasks.streams import integers, mix64, new_streams, problem_keys, seeded_stream
from formal_envs.tokenizers import VocabularyTokenizer

law = settings(deadline=None, max_examples=150)
words = st.integers(0, 2**64 - 1)


def keys(seed, count, start=0):
    return problem_keys(seeded_stream(seed), np.arange(start, start + count))


def expressions(problems):
    return [prompt.split("=", 1)[0] for prompt in problems.prompts]


@st.composite
def options(draw):
    """Options of the task, of every kind."""
    terms = draw(st.none() | st.integers(2, 8) | st.integers(2, 24))
    operators = "".join(draw(st.sets(st.sampled_from("+-*"), min_size=1))) + draw(st.sampled_from(["", "()"]))
    operands = st.integers(1, 12) | st.integers(1, 150 if terms is None else 10**6)
    return {
        "terms": terms,
        "max_operand": draw(operands),
        "operators": "".join(draw(st.permutations(operators))),
        "answer": draw(st.sampled_from(["number", "chain"])),
        "split": draw(st.sampled_from(["train", "test", "all"])),
    }


def make(chosen):
    """The task of the options; the example is dropped where they leave no problem."""
    try:
        return make_task("Arith", **chosen)[0]
    except ConfigError as error:
        if re.search(r"split '\w+' is empty|hardly any numbers stay below", str(error)):
            reject()
        raise


# ---- Every problem, under any options


@law
@given(options(), st.integers(0, 2**32))
@example({"terms": 24, "max_operand": 100, "operators": "*"}, 1)  # products whose value is 0 and whose parts are huge
@example({"terms": 24, "max_operand": 1, "operators": "*+"}, 1)
@example({"terms": 12, "max_operand": 20, "operators": "+-*()", "answer": "chain"}, 2)
@example({"terms": 2, "max_operand": 10**6, "operators": "-"}, 3)
@example({"terms": 6, "max_operand": 9, "operators": "-()"}, 4)  # 2-(1-3)=2+2: a sign that is no operator of the task
def test_every_solution_earns_one_and_every_bound_holds(chosen, seed):
    task = make(chosen)
    problems = task.sample(keys(seed, 12))
    prompts, solutions = problems.prompts, problems.solutions
    for reward in (ArithmeticReward("paper"), ArithmeticReward("exact")):
        scores = score_batch(reward, prompts, solutions)
        assert [(score.value, score.failure) for score in scores] == [(1.0, None)] * 12

    assert bool(task.vocabulary) == (task.max_number < 100)
    symbols = (task.max_prompt_symbols, task.max_solution_symbols)
    assert (task.max_prompt_tokens, task.max_solution_tokens) == (symbols if task.vocabulary else (0, 0))

    for prompt, solution, value in zip(prompts, solutions, problems.values.tolist(), strict=True):
        statements = (prompt + solution).split("=")
        evaluated = [evaluate(statement) for statement in statements]
        assert {v.value for v in evaluated} == {value}
        assert [v.operators for v in evaluated] == list(range(len(statements) - 1, -1, -1))
        assert statements[-1] == str(value)
        assert prompt.endswith("=")
        assert ("=" in solution) == (task.answer == "chain" and len(statements) > 2)
        assert prompt.count("=") == (1 if task.answer == "chain" else len(statements) - 1)

        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length
        assert len(re.findall(r"\d+|\D", prompt)) <= task.max_prompt_symbols
        assert len(re.findall(r"\d+|\D", solution)) <= task.max_solution_symbols
        assert max(map(int, re.findall(r"\d+", prompt + solution))) <= task.max_number
        assert all(number == str(int(number)) for number in re.findall(r"\d+", prompt + solution))

        operands = list(map(int, re.findall(r"\d+", statements[0])))
        assert max(operands) <= task.max_operand
        assert set(re.findall(r"\D", statements[0])) <= set(chosen.get("operators", "+"))
        if task.terms is None:
            assert len(re.sub("[()]", "", statements[0])) <= 10
            assert abs(value) < 100
        else:
            assert len(operands) == task.terms


@settings(deadline=None, max_examples=50)
@given(options(), st.lists(words, min_size=1, max_size=30), st.integers(0, 2**32).map(python_random.Random))
@example({}, list(range(30)), python_random.Random(1))
@example({"split": "test"}, list(range(30)), python_random.Random(1))
@example({"terms": 4, "operators": "+-*()", "max_operand": 50}, list(range(30)), python_random.Random(1))
def test_a_problem_depends_on_its_key_alone(chosen, drawn, random):
    task = make(chosen)

    def problems_of(some):
        problems = task.sample(np.array(some, np.uint64))
        return list(zip(problems.prompts, problems.solutions, problems.values.tolist(), strict=True))

    whole = problems_of(drawn)
    assert problems_of(drawn) == whole
    order = random.sample(range(len(drawn)), len(drawn))
    assert problems_of([drawn[i] for i in order]) == [whole[i] for i in order]
    cut = random.randrange(len(drawn))
    assert problems_of(drawn[cut:]) == whole[cut:]
    assert problems_of(drawn[:1]) == whole[:1]
    assert problems_of(drawn + drawn) == whole + whole


def test_sampling_leaves_its_keys_and_the_global_generators_alone():
    drawn = keys(1, 300)
    before, state, numpy_state = drawn.copy(), python_random.getstate(), np.random.get_state()  # noqa: NPY002
    make_task("Arith", split="test", operators="+-*()")[0].sample(drawn).solutions  # noqa: B018
    np.testing.assert_array_equal(drawn, before)
    assert python_random.getstate() == state
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), numpy_state, strict=True))  # noqa: NPY002


def test_an_empty_batch_has_no_problems():
    problems = make_task("Arith")[0].sample(np.array([], np.uint64))
    assert (problems.prompts, problems.solutions, problems.values.tolist()) == ([], [], [])


# ---- Reductions

OPERATIONS = {"+": lambda a, b: a + b, "*": lambda a, b: a * b}


def merged(statement):
    """Every statement that one reduction of a text of numbers, + and * can give, by the pair's place."""
    parts = re.findall(r"\d+|[+*]", statement)
    symbol = "*" if "*" in parts else "+"  # products before sums
    found = {}
    for n in range(1, len(parts), 2):
        if parts[n] == symbol:
            value = OPERATIONS[symbol](int(parts[n - 1]), int(parts[n + 1]))
            found[n // 2] = "".join([*parts[: n - 1], str(value), *parts[n + 2 :]])
    return found


@pytest.mark.parametrize("operators", ["+", "*", "+*"])
def test_each_statement_reduces_one_adjacent_pair_products_first(operators):
    task, _ = make_task("Arith", terms=6, operators=operators, answer="chain")
    problems = task.sample(keys(5, 300))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        for before, after in pairwise((prompt + solution).split("=")):
            assert after in merged(before).values()


@pytest.mark.parametrize(
    ("operators", "expression", "chains"),
    [
        ("+-", "a-b+c", {"2-3+1=2-2=0", "2-3+1=-1+1=0"}),  # never 2-3+1=2-4
        ("+-*()", "a-(b-c)", {"2-(3-1)=2-2=0"}),
    ],
)
def test_signs_move_with_the_pair_by_hand(operators, expression, chains):
    task, _ = make_task("Arith", terms=3, max_operand=3, operators=operators, split="all")
    problems = task.sample(keys(6, 40_000))
    texts = {p + s for p, s in zip(problems.prompts, problems.solutions, strict=True)}
    first = next(iter(chains)).split("=")[0]
    assert {text for text in texts if text.split("=")[0] == first} == chains, expression


def test_each_pair_is_reduced_equally_often():
    task, _ = make_task("Arith", terms=5, max_operand=9, split="all")
    counts = Counter()
    for prompt in task.sample(keys(7, 12_000)).prompts:
        statements = prompt.split("=")
        places = [place for place, text in merged(statements[0]).items() if text == statements[1]]
        if len(places) == 1:  # 0+0+0=0+0 does not say which pair it was
            counts[places[0]] += 1
    # A chain says nothing where a neighbour makes the same text, which takes from every place about alike.
    total = sum(counts.values())
    assert total > 9_000
    assert set(counts) == {0, 1, 2, 3}
    assert all(abs(count / total - 0.25) < 0.025 for count in counts.values())


# ---- The paper's generator


def paper_expression(rng, largest=10):
    """Append an integer 0..largest and '+' until 10 characters, cut, drop a trailing '+', reject values from 100."""
    while True:
        text = ""
        while len(text) < 10:
            text += f"{rng.randint(0, largest)}+"
        text = text[:10].removesuffix("+")
        if sum(map(int, text.split("+"))) < 100:
            return text


def surprise(ours, theirs):
    """How far two samples' counts lie apart: a two-sample chi-square in standard deviations above its mean."""
    a, b = Counter(ours), Counter(theirs)
    categories = [c for c in set(a) | set(b) if a[c] + b[c] >= 20]
    grown = math.sqrt(len(theirs) / len(ours))
    statistic = sum((a[c] * grown - b[c] / grown) ** 2 / (a[c] + b[c]) for c in categories)
    freedom = max(1, len(categories) - 1)
    return (statistic - freedom) / math.sqrt(2 * freedom)


FEATURES = {
    "terms": lambda text: text.count("+"),
    "characters": len,
    "first operand": lambda text: text.split("+")[0],
    "second operand": lambda text: text.split("+")[1],
    "last operand": lambda text: text.split("+")[-1],
    "first two": lambda text: tuple(text.split("+")[:2]),
    "shape": lambda text: tuple(map(len, text.split("+"))),
    "total": lambda text: sum(map(int, text.split("+"))),
}


@pytest.fixture(scope="module")
def paper_sample():
    rng = python_random.Random(11)
    return [paper_expression(rng) for _ in range(30_000)]


@pytest.fixture(scope="module")
def own_sample():
    return expressions(make_task("Arith", split="all")[0].sample(keys(8, 30_000)))


@pytest.mark.parametrize("feature", FEATURES)
def test_expressions_are_distributed_as_the_papers(feature, paper_sample, own_sample):
    read = FEATURES[feature]
    assert surprise(map_list(read, own_sample), map_list(read, paper_sample)) < 4


def map_list(function, values):
    return list(map(function, values))


def test_the_comparison_would_catch_a_wrong_generator(paper_sample):
    rng = python_random.Random(12)
    nine = [paper_expression(rng, 9) for _ in range(30_000)]
    uncut = [text for text in paper_sample if not text.endswith("+1") or len(text) < 10]  # no cut to a shorter number
    for wrong, features in [(nine, ["first operand", "total", "shape"]), (uncut, ["last operand", "characters"])]:
        for feature in features:
            read = FEATURES[feature]
            assert surprise(map_list(read, wrong), map_list(read, paper_sample)) > 10


def test_larger_operands_of_the_papers_generator_are_cut_and_rejected_alike():
    rng = python_random.Random(13)
    reference = [paper_expression(rng, 30) for _ in range(10_000)]
    sample = expressions(make_task("Arith", split="all", max_operand=30)[0].sample(keys(9, 10_000)))
    for name in ("terms", "characters", "first operand", "last operand", "shape", "total"):
        read = FEATURES[name]
        assert surprise(map_list(read, sample), map_list(read, reference)) < 4, name


def test_operands_and_operators_are_uniform():
    task, _ = make_task("Arith", terms=3, max_operand=4, operators="+-*", split="all")
    sample = expressions(task.sample(keys(10, 15_000)))
    for place in range(3):
        counts = Counter(re.findall(r"\d", text)[place] for text in sample)
        assert all(abs(counts[c] / 15_000 - 1 / 5) < 0.02 for c in "01234")
    for place in range(2):
        counts = Counter(re.findall(r"\D", text)[place] for text in sample)
        assert all(abs(counts[c] / 15_000 - 1 / 3) < 0.02 for c in "+-*")


def test_the_best_constant_answer_is_the_papers():
    """25 earns 0.747 on average and is right 5.8 % of the time."""
    task, reward = make_task("Arith")
    problems = task.sample(keys(14, 20_000))
    scores = reward.score_batch(problems.prompts, ["25"] * 20_000)
    mean = sum(score.value for score in scores) / 20_000
    assert mean == pytest.approx(0.747, abs=0.004)
    assert sum(score.parts["exact"] for score in scores) / 20_000 == pytest.approx(0.058, abs=0.004)
    errors = np.abs(problems.values[:, None] - np.arange(100))  # a constant's only error is the last statement's
    earned = (2 / (1 + np.exp(errors / 10))).mean(axis=0)
    assert earned.argmax() == 25
    assert earned[25] == pytest.approx(mean, rel=1e-12)


# ---- Splits


def test_splits_divide_the_expressions_one_to_nine():
    found = {
        split: set(expressions(make_task("Arith", terms=4, max_operand=5, split=split)[0].sample(keys(seed, 15_000))))
        for seed, split in enumerate(["train", "test", "all"])
    }
    assert len(found["all"]) == 6**4  # 1,296 expressions, all of them seen
    assert not found["train"] & found["test"]
    assert found["train"] | found["test"] == found["all"]
    assert 85 <= len(found["test"]) <= 175  # a tenth, give or take four standard deviations of 11


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({}, {"answer": "chain"}),
        ({}, {"terms": 5, "max_operand": 9}),
        ({"max_operand": 9}, {"terms": 5, "max_operand": 2}),
        ({"terms": 3, "max_operand": 5}, {"terms": 3, "max_operand": 9, "operators": "+-"}),
        ({"terms": 2, "max_operand": 40, "operators": "+*"}, {"terms": 2, "max_operand": 30, "operators": "+-*()"}),
        ({"terms": 3, "max_operand": 9, "operators": "+-*()"}, {"terms": 3, "max_operand": 12, "operators": "*-()"}),
        ({"max_operand": 12}, {"terms": 4, "max_operand": 12}),
    ],
)
def test_train_and_test_are_disjoint_across_options_and_seeds(one, other):
    def sample(chosen, split, seed):
        return set(expressions(make_task("Arith", split=split, **chosen)[0].sample(keys(seed, 20_000))))

    for first, second, seed in ((one, other, 20), (other, one, 30)):
        train, test, whole = sample(first, "train", seed), sample(second, "test", seed), sample(first, "all", seed + 1)
        assert whole & test  # the two options do share expressions
        assert not train & test


def test_a_tenth_of_the_papers_problems_are_held_out(own_sample):
    """The train split is what is drawn when the test split's problems are passed over: their keys tell."""
    drawn = keys(8, len(own_sample))
    kept = [
        [
            text == own
            for text, own in zip(expressions(make_task("Arith", split=split)[0].sample(drawn)), own_sample, strict=True)
        ]
        for split in ("train", "test")
    ]
    assert all(one != other for one, other in zip(*kept, strict=True))
    assert sum(kept[1]) / len(own_sample) == pytest.approx(0.1, abs=0.01)


# ---- Bounds that mean something


@pytest.mark.parametrize(
    ("chosen", "slack"),
    [({}, 2), ({"answer": "chain"}, 2), ({"terms": 3}, 2), ({"terms": 24}, 3), ({"operators": "+-"}, 3)],
)
def test_length_bounds_are_not_far_above_what_occurs(chosen, slack):
    task, _ = make_task("Arith", **chosen)
    problems = task.sample(keys(50, 5_000))
    assert task.max_prompt_length <= slack * max(map(len, problems.prompts))
    assert task.max_solution_length <= slack * max(map(len, problems.solutions))


def test_bounds_by_hand():
    task, _ = make_task("Arith")
    assert task.charset == "0123456789=+"
    assert task.max_number == 50  # five operands of 10, below the limit of 100
    assert (task.max_prompt_symbols, task.max_solution_symbols) == (10 + 8 + 6 + 4, 1)
    assert task.max_digits == 2
    assert make_task("Arith", max_operand=99)[0].max_number == 99
    assert make_task("Arith", terms=3, max_operand=7, operators="*")[0].max_number == 343
    assert make_task("Arith", terms=2, max_operand=1, operators="+*")[0].max_number >= 2  # 1+1


# ---- Options


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"terms": 1}, r"terms must be an integer in \[2, 24\], got 1$"),
        ({"terms": 25}, r"terms must be an integer in \[2, 24\], got 25$"),
        ({"terms": "3"}, r"terms must be an integer .*got '3'"),
        ({"terms": 3.0}, r"terms must be an integer .*got 3\.0"),
        ({"terms": True}, r"terms must be an integer .*got True"),
        ({"max_operand": 0}, r"max_operand must be an integer in \[1, 1000000\], got 0$"),
        ({"max_operand": 10**6 + 1}, r"max_operand must be an integer in \[1, 1000000\]"),
        ({"max_operand": None}, r"max_operand must be an integer .*got None"),
        ({"answer": "numbers"}, "unknown answer 'numbers'; did you mean 'number'"),
        ({"answer": None}, "unknown answer .*expected one of chain, number"),
        ({"split": "tset"}, "unknown split 'tset'; did you mean 'test'"),
        ({"split": "validation"}, "unknown split 'validation'"),
        ({"operators": ""}, r"at least one of '\+-\*', got ''"),
        ({"operators": "()"}, r"at least one of '\+-\*', got '\(\)'"),
        ({"operators": "/"}, r"operators must be characters of '\+-\*\(\)'.*got '/'"),
        ({"operators": "+ "}, "operators must be characters of"),
        ({"operators": ["+"]}, "operators must be characters of"),
        ({"operators": "+("}, r"both brackets or none, got '\+\('"),
        ({"operators": ")*"}, "both brackets or none"),
        ({"term": 3}, "unknown option 'term'; did you mean 'terms'"),
        ({"max_operands": 3}, "unknown option 'max_operands'; did you mean 'max_operand'"),
        ({"rewards": "paper"}, "unknown option 'rewards'; did you mean 'reward'"),
        ({"seed": 3}, "unknown option 'seed'; expected one of .*terms"),
        ({"reward": "papr"}, "unknown reward 'papr'; did you mean 'paper'"),
        ({"reward": 3}, "reward must be a name or have 'score' and 'range', got 3"),
        ({"reward": ArithmeticReward}, "reward must be a name or have 'score' and 'range', got <class"),
        ({"max_operand": 10**6}, "hardly any numbers stay below 100: use a smaller max_operand or fewer terms"),
        ({"terms": 24, "max_operand": 10**6, "operators": "*"}, "hardly any numbers stay below 1000000000000"),
        ({"terms": 2, "max_operand": 1, "split": "test"}, "split 'test' is empty .*more terms or a larger max_operand"),
    ],
)
def test_a_bad_option_is_an_error_that_names_what_is_expected(chosen, message):
    with pytest.raises(ConfigError, match=message):
        make_task("Arith", **chosen)


@pytest.mark.parametrize(
    ("name", "message"), [("Arth", "did you mean 'Arith'"), ("zzz", "Arith"), (3, "unknown task 3")]
)
def test_an_unknown_task_is_an_error_that_names_the_nearest(name, message):
    with pytest.raises(ConfigError, match=message):
        make_task(name)


def test_options_at_their_edges_make_tasks():
    for chosen in ({"terms": 2}, {"terms": 24}, {"max_operand": 1}, {"terms": 2, "max_operand": 10**6}):
        problems = make_task("Arith", **chosen)[0].sample(keys(60, 50))
        assert len(set(problems.prompts)) > 1


def test_operators_may_come_in_any_order_and_more_than_once():
    one, other = (make_task("Arith", operators=operators)[0] for operators in ("+-*()", "*)+(-+"))
    assert one.sample(keys(61, 50)).prompts == other.sample(keys(61, 50)).prompts


def test_the_default_reward_is_the_papers_and_an_object_is_taken_as_it_is():
    assert make_task("Arith")[1] == make_task("Arith", reward="paper")[1] == ArithmeticReward("paper")
    assert make_task("Arith", reward="exact")[1] == ArithmeticReward("exact")

    class Own:
        range = (0.0, 1.0)

        def score(self, prompt, completion): ...

    own = Own()
    task, reward = make_task("Arith", reward=own)
    assert reward is own
    assert isinstance(task, ArithmeticTask)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """The folder of a classifier that reads whole reviews."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tiny_models import tiny_classifier

    return tiny_classifier(tmp_path_factory.mktemp("classifier"), positions=256)


#: Rewards that say what is amiss with a right answer too, by playing it, which takes seconds.
JUDGES = {("Game", "gavel"), ("Game", "skill")}


@pytest.mark.parametrize(
    ("name", "reward_name"),
    [(name, reward) for name in sorted(TASKS) for reward in TASKS[name].rewards if (name, reward) not in JUDGES],
)
def test_every_registered_task_has_its_solutions_scored_without_failure(name, reward_name, request):
    """And in full where there are right answers: rewards with a part "exact" say so."""
    options = {"classifier": request.getfixturevalue("classifier")} if reward_name == "classifier" else {}
    task, reward = make_task(name, reward=reward_name, **options)
    problems = task.sample(keys(70, 200))
    scores = score_batch(reward, problems.prompts, problems.solutions)
    assert {score.failure for score in scores} == {None}
    assert all(reward.range[0] <= score.value <= reward.range[1] for score in scores)
    if any("exact" in score.parts for score in scores):
        assert {score.value for score in scores} == {reward.range[1]}


@pytest.mark.parametrize(("name", "reward_name"), sorted(JUDGES))
def test_rewards_that_judge_find_no_fault_with_the_text_of_a_solution(name, reward_name):
    task, reward = make_task(name, reward=reward_name)
    problems = task.sample(keys(70, 8))
    for score in score_batch(reward, problems.prompts, problems.solutions):
        assert score.failed_at is None
        assert score.parts["position"] == score.parts["brief"] == 1.0
        assert reward.range[0] < score.value <= reward.range[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_registered_task_keeps_its_own_bounds(name):
    task, _ = make_task(name)
    problems = task.sample(keys(71, 2_000))
    tokenizer = VocabularyTokenizer(task.vocabulary)
    for texts, characters, tokens in (
        (problems.prompts, task.max_prompt_length, task.max_prompt_tokens),
        (problems.solutions, task.max_solution_length, task.max_solution_tokens),
    ):
        lengths, counts = list(map(len, texts)), [len(tokenizer.encode(text)) for text in texts]
        assert max(lengths) <= characters <= 2 * max(lengths)
        assert max(counts) <= tokens <= 2 * max(counts)
        assert set().union(*texts) <= set(task.charset)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_options_of_a_task_and_of_its_rewards_have_different_names(name):
    own = set(inspect.signature(TASKS[name].task).parameters)
    signatures = [inspect.signature(factory).parameters for factory in TASKS[name].rewards.values()]
    assert all("task" not in parameters or next(iter(parameters)) == "task" for parameters in signatures)
    rewards = [set(parameters) - {"task"} for parameters in signatures]
    assert not own & set().union(*rewards)
    assert set(option_names(name)) == own.union(*rewards, {"reward"})
    assert len(option_names(name)) == len(set(option_names(name)))


def test_options_go_to_the_task_and_to_the_chosen_reward():
    task, reward = make_task("Sentiment", split="test", target="negative", repetition_penalty=0.25)
    assert task.split == "test"
    assert reward == VaderReward(target="negative", repetition_penalty=0.25)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"output": "logit"}, "the reward 'vader' takes no 'output'; it is an option of classifier$"),
        (
            {"reward": VaderReward(), "target": "negative"},
            "a Reward object takes no further options: leave out target$",
        ),
        ({"reward": "classifier"}, "train-classifier"),
        ({"targte": "negative"}, "unknown option 'targte'; did you mean 'target'"),
        ({"target": "negatve"}, "did you mean 'negative'"),
    ],
)
def test_an_option_that_the_reward_does_not_take_is_an_error(chosen, message):
    with pytest.raises(ConfigError, match=message):
        make_task("Sentiment", **chosen)


# ---- Streams


def unshift(x, by):
    """The x with ``x ^ (x >> by)`` given."""
    out = x
    for _ in range(64 // by):
        out = x ^ (out >> by)
    return out


def unmix(x):
    """The inverse of SplitMix64's finaliser, in Python's integers."""
    x = unshift(x, 31) * pow(0x94D049BB133111EB, -1, 2**64) % 2**64
    x = unshift(x, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64
    return unshift(x, 30)


@law
@given(st.lists(words, min_size=1, max_size=20))
@example([0, 1, 2**63, 2**64 - 1])
def test_mix64_has_an_inverse(drawn):
    mixed = mix64(np.array(drawn, np.uint64))
    assert mixed.dtype == np.uint64
    assert [unmix(x) for x in mixed.tolist()] == drawn


def test_the_stream_of_zero_is_splitmix64s_published_sequence():
    sequence = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert problem_keys(np.uint64(0), np.arange(1, 4)).tolist() == sequence
    zero = np.zeros(1, np.uint64)
    assert [integers(zero, n, 1000).item() for n in range(3)] == [(x >> 32) * 1000 >> 32 for x in sequence]


def test_neighbouring_seeds_share_no_key_and_no_run_of_problems():
    drawn = np.concatenate([keys(seed, 1_000) for seed in range(200)])
    assert len(np.unique(drawn)) == 200_000
    task, _ = make_task("Arith")
    one, other = (task.sample(keys(seed, 500)).prompts for seed in (42, 43))
    assert len(set(one) & set(other)) < 25  # of about 120,000 expressions, each with several chains
    assert len(set(one)) > 480


def test_a_stream_is_named_by_all_of_its_integers_in_order():
    """Of one count; a trailing 0 is as good as none."""
    entropies = list(product([0, 1, 2, 3, 2**16, 2**32 - 1], repeat=3))
    assert len({int(seeded_stream(*entropy)) for entropy in entropies}) == 6**3
    assert seeded_stream(1, 2) == seeded_stream(1, 2)


def test_a_stream_reads_the_same_in_blocks_and_from_anywhere():
    whole = keys(1, 100)
    np.testing.assert_array_equal(np.concatenate([keys(1, 30), keys(1, 70, start=30)]), whole)
    table = problem_keys(np.array([[seeded_stream(1)], [seeded_stream(2)]]), np.arange(100))
    np.testing.assert_array_equal(table, [whole, keys(2, 100)])


def test_new_streams_come_from_the_generator_given():
    one, again = (new_streams(np.random.default_rng(5), 1_000) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert len(np.unique(one)) == 1_000
    assert (one >= 2**63).any()  # all 64 bits are in use
    assert not np.intersect1d(one, new_streams(np.random.default_rng(6), 1_000)).size


@law
@given(st.lists(words, min_size=1, max_size=10), st.integers(0, 30), st.integers(1, 2**20))
def test_integers_stay_below_their_bound_and_depend_on_their_key_alone(drawn, position, bound):
    values = integers(np.array(drawn, np.uint64), position, bound)
    assert ((values >= 0) & (values < bound)).all()
    alone = [integers(np.array([key], np.uint64), position, bound).item() for key in drawn]
    assert values.tolist() == alone
    bounds = np.full(len(drawn), bound)
    assert integers(np.array(drawn, np.uint64), position, bounds).tolist() == alone


@pytest.mark.parametrize("drawn", [keys(1, 20_000), np.arange(20_000, dtype=np.uint64)], ids=["mixed", "counting"])
def test_integers_are_uniform_at_each_position_and_independent_between_positions(drawn):
    values = np.stack([integers(drawn, position, 16) for position in range(6)], axis=1)
    for column in values.T:
        counts = np.bincount(column, minlength=16)
        statistic = ((counts - 1250) ** 2 / 1250).sum()  # chi-square of 15 degrees: mean 15, deviation 5.5
        assert statistic < 15 + 5 * 5.5
    correlation = np.corrcoef(values, rowvar=False) - np.eye(6)
    assert np.abs(correlation).max() < 5 / math.sqrt(20_000)
    assert abs(np.corrcoef(values[:-1, 0], values[1:, 0])[0, 1]) < 5 / math.sqrt(20_000)  # from key to key


def test_a_task_is_found_by_the_ids_of_its_environments_too():
    for name in TASKS:
        for env in (f"Formal{name}-v0", f"Formal{name}Token-v0", f"formal_envs:Formal{name}-v0"):
            assert option_names(env) == option_names(name)
    assert isinstance(make_task("FormalArithToken-v0", terms=3)[0], ArithmeticTask)
    with pytest.raises(ConfigError, match="FormalArith-v0"):
        make_task("FormalArit-v0")
    with pytest.raises(ConfigError, match="did you mean 'Arith'"):
        make_task("Arit")
