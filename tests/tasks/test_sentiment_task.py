"""The sentiment task: its grammar, the reviews drawn from it, their prompts and splits, and data sets of reviews."""

import math
import re
import sys
from collections import Counter, defaultdict
from importlib.resources import files

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.tasks.sentiment.openings import cut, prompt_words
from formal_envs.tasks.sentiment.reviews import OPENINGS, reviews, tokens
from formal_envs.tasks.sentiment.task import SentimentTask
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import VocabularyTokenizer

law = settings(deadline=None, max_examples=60)
LABELS = ("negative_review", "positive_review")
COUNT = 60_000


def keys(seed, count):
    return problem_keys(seeded_stream(seed), np.arange(count))


def texts_of(problems):
    return [prompt + solution for prompt, solution in zip(problems.prompts, problems.solutions, strict=True)]


@pytest.fixture(scope="module")
def sample():
    return SentimentTask(split="all").sample(keys(1, COUNT))


@pytest.fixture(scope="module")
def grammar():
    text = files("grammars").joinpath("reviews.lark").read_text(encoding="utf-8")
    return Lark(text, parser="earley", start=["start", *LABELS])


@pytest.fixture(scope="module")
def vader():
    return SentimentIntensityAnalyzer()


# ---- The grammar


def test_the_grammar_parses_its_reviews_with_their_labels(grammar, sample):
    for text, label in zip(texts_of(sample)[:80], sample.labels.tolist(), strict=False):
        assert grammar.parse(text, start="start").children[0].data == LABELS[label]
        with pytest.raises(UnexpectedInput):  # no review has both labels
            grammar.parse(text, start=LABELS[1 - label])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Clara Hedley stars as a retired pilot in this Danish western, and the music is lovely.", 1),
        ("Three sailors walk from Oslo to Lisbon in this musical. It is a disaster in every scene.", 0),
        ("Okay.", None),
        ("Three sailors walk from Oslo to Lisbon in this musical.", None),
    ],
)
def test_what_is_a_review_by_hand(grammar, text, label):
    for each, name in enumerate(LABELS):
        if each == label:
            grammar.parse(text, start=name)
        else:
            with pytest.raises(UnexpectedInput):
                grammar.parse(text, start=name)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The plot is awful, but the songs are brilliant.", 1),
        ("The plot is brilliant, but the songs are awful.", 0),
        ("There is nothing awful about the plot.", 1),
        ("The songs are not good at all.", 0),
    ],
)
def test_the_last_verdict_decides_and_negation_turns_it(grammar, text, label):
    opening = "Holm wrote this western about two clerks in Oslo. "
    grammar.parse(opening + text, start=LABELS[label])
    with pytest.raises(UnexpectedInput):
        grammar.parse(opening + text, start=LABELS[1 - label])


class Reading:
    """The head of the grammar's file, put into numbers here: alternatives in proportion to their first rule's priority.

    Attributes:
        alternatives: by rule, the share of each alternative and its symbols.
        texts: by terminal, its string.
    """

    def __init__(self, grammar):
        self.texts = {terminal.name: terminal.pattern.value for terminal in grammar.terminals}
        priorities = {rule.origin.name: rule.options.priority or 1 for rule in grammar.rules}
        weighed = defaultdict(list)
        for rule in grammar.rules:
            names = [symbol.name for symbol in rule.expansion]
            weighed[rule.origin.name].append((priorities.get(names[0], 1), names))
        self.weights = {name: sum(weight for weight, _ in pairs) for name, pairs in weighed.items()}
        self.alternatives = {
            name: [(weight / self.weights[name], names) for weight, names in pairs] for name, pairs in weighed.items()
        }

    def expected(self, name):
        """How often each string occurs, on average, in a text of a rule."""
        if name in self.texts:
            return Counter({self.texts[name]: 1.0})
        total = Counter()
        for share, names in self.alternatives[name]:
            for part in names:
                for text, count in self.expected(part).items():
                    total[text] += share * count
        return total

    def bits(self, name):
        """The most that a text of a rule takes from the number that it is decoded from."""
        if name in self.texts:
            return 0.0
        choices = max(sum(map(self.bits, names)) for _, names in self.alternatives[name])
        return math.log2(self.weights[name]) + choices


def test_words_are_as_frequent_as_the_priorities_say(grammar, sample):
    reading = Reading(grammar)
    expected = Counter()
    for text, count in reading.expected("start").items():
        for word in re.findall(r"[\w-]+|[.,]", text):
            expected[word] += count
    found = Counter(word for text in texts_of(sample) for word in re.findall(r"[\w-]+|[.,]", text))
    assert found.keys() == expected.keys()
    for word, count in expected.items():
        # The variance of a count of at most three a review is below three times its mean; five deviations.
        assert abs(found[word] - COUNT * count) < 5 * math.sqrt(3 * COUNT * count), word


def test_the_number_of_a_review_has_bits_to_spare(grammar):
    assert Reading(grammar).bits("start") < 90  # of 127: a choice is uneven by 2^-37 at most


def test_a_review_is_decoded_from_its_number_by_hand():
    write = reviews().write
    assert write(0, 1) == "Ada Abbot stars as a baker in this American film, and the acting is wonderful."
    assert write(0, 0) == "Ada Abbot stars as a baker in this American film, and the acting is terrible."


def test_openings_hold_every_prompt_and_no_word_of_sentiment(vader):
    for rule in OPENINGS:
        assert reviews().bound(rule, lambda text: len(text.strip(",.").split()), min) >= 8
        assert reviews().bound(rule, lambda text: len(tokens(text))) <= 11
        words = {token.strip().lower() for token in reviews().tokens_of(rule)}
        assert len(words) > 200
        assert not words & vader.lexicon.keys()


# ---- Reviews


def test_labels_are_balanced(sample):
    assert set(sample.labels.tolist()) == {0, 1}
    assert abs(sample.labels.mean() - 0.5) < 5 * 0.5 / math.sqrt(COUNT)


def test_prompts_are_neutral_and_reviews_are_not(sample, vader):
    def compounds(texts):
        return np.array([vader.polarity_scores(text)["compound"] for text in texts])

    assert not compounds(sample.prompts[:4000]).any()
    whole, labels = compounds(texts_of(sample)[:8000]), sample.labels[:8000]
    positive, negative = whole[labels == 1], whole[labels == 0]
    assert 0.6 < positive.mean() < 0.75
    assert -0.75 < negative.mean() < -0.59
    assert abs(whole.mean()) < 0.05
    assert (np.abs(whole) > 0.9).mean() < 0.02  # there is room above


def test_counting_words_of_sentiment_does_not_tell_the_label(sample, vader):
    """Mixed and negated verdicts, about a fifth of the reviews, need their grammar."""
    texts, labels = texts_of(sample)[:8000], sample.labels[:8000]
    sums = np.array([sum(vader.lexicon.get(word.lower(), 0) for word in re.findall(r"\w+", text)) for text in texts])
    assert 0.75 < ((sums > 0) == labels).mean() < 0.95
    turned = [bool(re.search(r", but | not .*at all|never|nothing", text)) for text in texts]
    assert 0.15 < np.mean(turned) < 0.25


def test_most_prompts_are_distinct(sample):
    """n draws of N equally likely prompts hold n^2 / 2N equal pairs."""
    counts = np.array(list(Counter(sample.prompts).values()))
    pairs = (counts * (counts - 1) // 2).sum()
    assert COUNT**2 / (2 * pairs) > 10**6
    assert counts.max() < COUNT / 1000


def test_solutions_have_a_few_words_to_two_dozen(sample):
    lengths = np.array([len(tokens(solution)) for solution in sample.solutions])
    assert lengths.max() <= SentimentTask().max_solution_tokens == 24
    assert ((lengths >= 8) & (lengths <= 20)).mean() > 0.95


def test_the_vocabulary_is_the_language_a_token_a_word(sample):
    task = SentimentTask()
    texts = texts_of(sample)
    assert {token for text in texts for token in tokens(text)} == set(task.vocabulary)
    assert 600 <= len(task.vocabulary) <= 1200
    tokenizer = VocabularyTokenizer(task.vocabulary)
    for text in (*texts[:2000], *sample.prompts[:500], *sample.solutions[:500]):
        assert [task.vocabulary[i] for i in tokenizer.encode(text)] == tokens(text)


def test_problems_are_the_same_for_ever():
    """On every platform, with every version of Lark: a hash of Python's or an order of a set would change them."""
    problems = SentimentTask().sample(keys(2026, 3))
    assert list(zip(problems.prompts, problems.solutions, problems.labels.tolist(), strict=True)) == GOLDEN


GOLDEN = [
    (
        "Eight pilots drive from Valencia",
        " to Berlin in this western. The actors are lousy, and the story is poor.",
        0,
    ),
    (
        "Four monks hitchhike from",
        " London to Delhi in this mystery. The camera work is disgusting, but the songs are beautiful.",
        1,
    ),
    ("Yates edited this Greek cartoon near London in", " 1972. It is a triumph in every scene.", 1),
]


@law
@given(
    st.sampled_from(["train", "test", "all"]),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
@example("train", [0, 1, 2, 2**64 - 1], None)
def test_a_problem_depends_on_its_key_alone(split, drawn, random):
    task = SentimentTask(split=split)

    def problems_of(some):
        problems = task.sample(np.array(some, np.uint64))
        return list(zip(problems.prompts, problems.solutions, problems.labels.tolist(), strict=True))

    whole = problems_of(drawn)
    order = random.sample(range(len(drawn)), len(drawn)) if random else [3, 1, 0, 2]
    assert problems_of([drawn[n] for n in order]) == [whole[n] for n in order]
    assert problems_of(drawn[:1]) == whole[:1]
    assert problems_of(drawn + drawn) == whole + whole


def test_an_empty_batch_has_no_problems():
    problems = SentimentTask().sample(np.array([], np.uint64))
    assert (problems.prompts, problems.solutions, problems.labels.tolist()) == ([], [], [])


# ---- Prompts and splits

words = st.text(alphabet="ab.,!'é", min_size=1, max_size=5)


@law
@given(st.lists(words, min_size=1, max_size=30))
def test_a_prompt_is_the_first_words_and_ends_with_a_word(drawn):
    review = " ".join(drawn)
    prompt, rest = cut(review)
    count = prompt_words(review)
    assert 2 <= count <= 8
    assert prompt + rest == review
    first = " ".join(drawn[:count])
    assert prompt == (re.sub("[.,!]+$", "", first) or first)
    assert cut(review) == (prompt, rest)


def test_prompts_of_reviews_have_two_to_eight_words(sample):
    counts = Counter(len(prompt.split()) for prompt in sample.prompts)
    assert set(counts) == set(range(2, 9))
    for count, seen in counts.items():  # the larger of two draws over seven
        assert seen / COUNT == pytest.approx((2 * (count - 1) - 1) / 49, abs=0.01)
    assert all(re.fullmatch(r"[ .,].*", solution) for solution in sample.solutions)
    assert not any(re.search(r"[ .,]$", prompt) for prompt in sample.prompts)
    assert all(cut(text)[0] == prompt for text, prompt in zip(texts_of(sample), sample.prompts, strict=True))


def test_train_and_test_have_no_prompt_in_common_whatever_the_seeds():
    found = {}
    for split, seeds in (("train", (10, 11)), ("test", (12, 13)), ("all", (14, 15))):
        found[split] = {p for seed in seeds for p in SentimentTask(split=split).sample(keys(seed, 8_000)).prompts}
    assert not found["train"] & found["test"]
    assert found["train"] & found["all"]
    assert found["test"] & found["all"]
    assert sum(map(held_out, found["all"])) / len(found["all"]) == pytest.approx(0.1, abs=0.015)


# ---- Data sets


@pytest.fixture
def datasets(monkeypatch, tmp_path):
    package = pytest.importorskip("datasets", reason="datasets is not installed")
    monkeypatch.setattr(package.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(package.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    package.disable_progress_bars()
    yield package
    package.enable_progress_bars()


def rows_of(first, count):
    """Reviews of about 300 characters in IMDB's form, all different, with their labels."""
    texts = [
        f"Review {n} of  this film.<br /><br />It has {n} scenes,\nand the {'best' if n % 2 else 'worst'} one is last. "
        + f"Numbers: {', '.join(str(n * k) for k in range(1, 60))}."
        for n in range(first, first + count)
    ]
    return {"text": texts, "label": [n % 2 for n in range(first, first + count)]}


TRAIN, TEST = rows_of(0, 60), rows_of(60, 30)


def write(package, folder, form):
    """Save ``TRAIN`` and ``TEST``, and return what to load."""
    parts = package.DatasetDict({"train": package.Dataset.from_dict(TRAIN), "test": package.Dataset.from_dict(TEST)})
    if form == "saved":
        parts.save_to_disk(folder)
    else:
        folder.mkdir()
        for name, part in parts.items():
            file = str(folder / f"{name}.{form}")
            {"parquet": part.to_parquet, "csv": part.to_csv, "jsonl": part.to_json}[form](file)
    return str(folder)


def cleaned(texts):
    return [re.sub(r"\s+", " ", text.replace("<br />", " ")) for text in texts]


@pytest.mark.parametrize("form", ["saved", "parquet", "csv", "jsonl"])
def test_a_data_set_is_read_from_a_folder_of_any_form(datasets, tmp_path, form):
    source = write(datasets, tmp_path / "data", form)
    seen = {}
    for split, rows in (("train", TRAIN), ("test", TEST)):
        task = SentimentTask(dataset=source, split=split)
        problems = task.sample(keys(3, 2_000))
        known = dict(zip(cleaned(rows["text"]), rows["label"], strict=True))
        for text, label in zip(texts_of(problems), problems.labels.tolist(), strict=True):
            assert [known[review] for review in known if review.startswith(text)] == [label]
        for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
            assert 2 <= len(prompt.split()) <= 8
            assert len(re.sub("^[.,]", "", solution).split()) == 16
            assert set(prompt + solution) <= set(task.charset)
            assert len(prompt) <= task.max_prompt_length
            assert len(solution) <= task.max_solution_length
        assert set(problems.labels.tolist()) == {0, 1}
        assert (task.vocabulary, task.max_prompt_tokens, task.max_solution_tokens) == ((), 0, 0)
        seen[split] = set(problems.prompts)
        again = SentimentTask(dataset=source, split=split).sample(keys(3, 2_000))
        assert (again.prompts, again.solutions) == (problems.prompts, problems.solutions)
    everything = set(SentimentTask(dataset=source, split="all").sample(keys(3, 2_000)).prompts)
    assert everything == seen["train"] | seen["test"]
    assert not seen["train"] & seen["test"]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "saved"])
def test_without_a_test_split_the_prompts_hash_decides(datasets, tmp_path, form):
    if form == "saved":
        source = str(tmp_path / "one")
        datasets.Dataset.from_dict(TRAIN).save_to_disk(source)
    else:
        source = write(datasets, tmp_path / "data", form) + f"/train.{form}"
    found = {s: set(SentimentTask(dataset=source, split=s).sample(keys(4, 2_000)).prompts) for s in ("train", "test")}
    assert found["train"]
    assert not any(map(held_out, found["train"]))
    assert all(map(held_out, found["test"]))
    assert found["train"] | found["test"] == {cut(text)[0] for text in cleaned(TRAIN["text"])}


def test_test_drops_the_prompts_that_train_has(datasets, tmp_path):
    source = tmp_path / "data"
    shared = {"text": TRAIN["text"][:5] + TEST["text"][:5], "label": TRAIN["label"][:5] + TEST["label"][:5]}
    datasets.DatasetDict(
        {"train": datasets.Dataset.from_dict(TRAIN), "test": datasets.Dataset.from_dict(shared)}
    ).save_to_disk(source)
    test = set(SentimentTask(dataset=str(source), split="test").sample(keys(5, 500)).prompts)
    assert test == {cut(text)[0] for text in cleaned(TEST["text"][:5])}
    everything = set(SentimentTask(dataset=str(source), split="all").sample(keys(5, 3_000)).prompts)
    assert {cut(text)[0] for text in cleaned(TRAIN["text"])} <= everything


def test_short_reviews_and_those_without_a_label_are_left_out(datasets, tmp_path):
    long = "word " * 41  # 204 characters once its end is cut
    rows = {
        "text": [long + "a", "b" + " " * 300 + "b", long + "c", long + "d", None, "x" * 300],
        "label": [1, 1, -1, None, 1, 1],
    }
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "data")
    problems = SentimentTask(dataset=str(tmp_path / "data"), split="all").sample(keys(6, 100))
    assert {(text[:9], label) for text, label in zip(texts_of(problems), problems.labels.tolist(), strict=True)} == {
        ("word word", 1)
    }
    assert {
        len(text.split()) - len(prompt.split())
        for text, prompt in zip(texts_of(problems), problems.prompts, strict=True)
    } == {16}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"review": ["a"], "sentiment": [1]}, r"needs the columns 'text' and 'label', it has: review, sentiment$"),
        ({"text": ["short"], "label": [1]}, "no labelled review of more than 200 characters"),
        ({"text": ["word " * 60], "label": [2]}, r"must be 0 \(negative\) or 1 \(positive\), got 2$"),
        ({"text": ["word " * 60], "label": ["pos"]}, r"must be 0 \(negative\) or 1 \(positive\), got 'pos'$"),
    ],
)
def test_a_data_set_that_does_not_fit_is_an_error_that_says_why(datasets, tmp_path, rows, message):
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "data")
    with pytest.raises(ConfigError, match=message):
        SentimentTask(dataset=str(tmp_path / "data"))


def test_a_split_without_prompts_is_an_error(datasets, tmp_path):
    same = datasets.Dataset.from_dict(TRAIN)
    datasets.DatasetDict({"train": same, "test": same}).save_to_disk(tmp_path / "data")
    with pytest.raises(ConfigError, match="no prompt in split 'test'"):
        SentimentTask(dataset=str(tmp_path / "data"), split="test")


@pytest.mark.parametrize("name", ["stanfordnlp/imdb", "/no/such/folder", "no-such-set", "a b", "empty", "broken.csv"])
def test_a_data_set_that_cannot_be_read_names_the_embedded_generator(datasets, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="leave dataset out: the embedded generator needs no network") as caught:
        SentimentTask(dataset=name)
    assert repr(name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ConfigError, match=r"pip install 'formal-envs\[datasets\]'"):
        SentimentTask(dataset="stanfordnlp/imdb")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "tset"}, "unknown split 'tset'; did you mean 'test'"),
        ({"split": None}, "unknown split"),
        ({"dataset": 3}, "dataset must be a folder or a hub id.*got 3"),
        ({"dataset": None}, "dataset must be"),
    ],
)
def test_a_bad_option_is_an_error_that_names_what_is_expected(options, message):
    with pytest.raises(ConfigError, match=message):
        SentimentTask(**options)


def test_a_data_set_has_no_words_but_characters(datasets, tmp_path):
    source = write(datasets, tmp_path / "data", "saved")
    task = SentimentTask(dataset=source)
    with pytest.raises(ConfigError, match="tokenizer='char', or the path or hub id"):
        TokenLayout(task)
    layout = TokenLayout(task, "char")
    problems = task.sample(keys(7, 50))
    rows = layout.observations(problems)
    assert [layout.tokenizer.decode(row) for row in rows] == problems.prompts


@pytest.mark.parametrize("env_id", ["FormalSentiment-v0", "FormalSentimentToken-v0"])
def test_environments_ask_from_a_data_set(datasets, tmp_path, env_id):
    options = {"dataset": write(datasets, tmp_path / "data", "saved"), "split": "test"}
    if "Token" in env_id:
        options.update(tokenizer="char", max_tokens=8)
    check_env(gymnasium.make(env_id, **options).unwrapped)
    env = gymnasium.make_vec(env_id, num_envs=3, **options)
    observations, _ = env.reset(seed=0)
    assert observations in env.observation_space


# ---- The classifier's reward in an environment


def test_a_classifier_rewards_and_vader_is_shown(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tiny_models import tiny_classifier

    options = {"reward": "classifier", "classifier": tiny_classifier(tmp_path, positions=256), "split": "test"}
    single = gymnasium.make("FormalSentiment-v0", **options)
    vector = gymnasium.make_vec("FormalSentiment-v0", num_envs=2, **options)
    prompt, _ = single.reset(seed=5)
    prompts, _ = vector.reset(seed=[5, 6])
    assert prompts[0] == prompt
    _, reward, _, _, info = single.step(" is a great film.")
    _, rewards, *_, infos = vector.step((" is a great film.", " is a bad film."))
    assert reward == info["parts"]["classifier"] == pytest.approx(rewards[0], abs=1e-5)
    assert info["parts"]["vader"] == infos["final_info"]["parts"]["vader"][0] > 0
    assert infos["final_info"]["parts"]["vader"][1] < 0
