"""The rewards of sentiment, held to the packages that they ask, to oracles, and to numbers worked by hand."""

import copy
import math
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment import vaderSentiment
from work import work

from formal_envs.errors import ConfigError
from formal_envs.rewards import VaderReward
from formal_envs.score import Reward, Score, Watched, score_batch
from formal_envs.tasks.sentiment.lexicon import lexicon
from formal_envs.tasks.sentiment.reward import MAX_WORDS, by_classifier, vader
from formal_envs.tasks.sentiment.task import SentimentTask
from formal_envs.tasks.sentiment.wording import MAX_CHARACTERS, Wording, wording

ROOT = Path(__file__).parents[2]
law = settings(deadline=None)

PACKAGE = vaderSentiment.SentimentIntensityAnalyzer()
VADER = VaderReward()
PARTS = {"vader", "repetition", "distinct_words", "cut"}


def check_score(reward, score, parts=PARTS):
    low, high = reward.range
    assert isinstance(score, Score)
    assert type(score.value) is float
    assert low <= score.value <= high
    assert set(score.parts) == parts
    assert all(type(part) is float and math.isfinite(part) for part in score.parts.values())
    assert 0 <= score.parts["repetition"] < 1
    assert 0 <= score.parts["distinct_words"] <= 1


# ---- VADER: the package's score

LEXICON = sorted(word for word in PACKAGE.lexicon if word.isascii())
EMOJI = sorted(emoji for emoji in PACKAGE.emojis if len(emoji) == 1)
MARKS = [".", ",", "!", "!!!", "!!!!!!", "?", "??", "???", "?????", "...", "-", ":", ")", '"', "'", "*"]
PHRASES = ["the shit", "bad ass", "yeah right", "kiss of death", "kind of", "sort of", "just enough", "at least"]
PHRASES += [
    "least",
    "very least",
    "never so",
    "never this",
    "without doubt",
    "without a doubt",
    "no",
    "or",
    "nor",
    "BUT",
]


def film_words(random):
    """Random words of VADER's lexicon, with all that it treats in a special way around them."""
    words = []
    for _ in range(random.choice([1, 2, 3, 5, 8, 12, 20, 40])):
        kind = random.random()
        if kind < 0.35:
            word = random.choice(LEXICON)
        elif kind < 0.5:
            word = random.choice([*vaderSentiment.BOOSTER_DICT])
        elif kind < 0.6:
            word = random.choice(vaderSentiment.NEGATE)
        elif kind < 0.7:
            word = random.choice(PHRASES)
        elif kind < 0.75:
            word = "but"
        elif kind < 0.8:
            word = random.choice(EMOJI) * random.choice([1, 1, 2, 5])
        else:
            word = random.choice(["the", "film", "of", "was", "a", "I", "kind", "2", "é", "<br", "/>"])
        style = random.random()
        word = word.upper() if style < 0.15 else word.title() if style < 0.25 else word
        words.append(word + (random.choice(MARKS) if random.random() < 0.2 else ""))
        words.append(random.choice([" "] * 12 + ["  ", "\t", "\n", "", "\u2003", "\x1c"]))
    return "".join(words)


def any_characters(random):
    """Characters from anywhere in Unicode, lone surrogates among them, and words between them."""
    picks = [
        lambda: chr(random.randrange(0x110000)),
        lambda: chr(random.randrange(128)),
        lambda: chr(random.randrange(0x2000, 0x3000)),
        lambda: random.choice(EMOJI),
        lambda: random.choice(LEXICON),
        lambda: " ",
    ]
    return "".join(random.choice(picks)() for _ in range(random.choice([0, 1, 2, 5, 20, 80])))


def test_the_part_is_the_packages_score_to_the_last_digit():
    random = Random(0)
    problems = SentimentTask(split="all").sample(np.arange(2_000, dtype=np.uint64))
    texts = list(map("".join, zip(problems.prompts, problems.solutions, strict=True)))
    texts += [film_words(random) for _ in range(5_000)] + [any_characters(random) for _ in range(3_000)]
    seen = set()
    for text in texts:
        at = random.randint(0, len(text))
        score = VADER.score(text[:at], text[at:])
        assert score.parts["vader"] == PACKAGE.polarity_scores(text)["compound"], ascii(text)
        assert score.parts["cut"] == 0
        seen.add(score.value)
    assert len(seen) > 3_000


def test_a_review_of_five_hundred_words_is_scored_whole():
    random = Random(1)
    for _ in range(20):
        words = [random.choice([random.choice(LEXICON), "the", "film", "was", "but", "not"]) for _ in range(500)]
        text = " ".join(words)
        assert len(text) <= MAX_CHARACTERS
        assert VADER.score("", text).parts["vader"] == PACKAGE.polarity_scores(text)["compound"]
        assert VADER.score("", text).failure is None


# VADER: valence of "good" 1.9, of "bad" -2.5, of "great" 3.1; "not" multiplies by -0.74, "very" adds 0.293, an
# exclamation mark adds 0.292; words before "but" count half, those behind it one and a half.
HAND = [
    ("A film", 0.0),
    ("A good film", 1.9),
    ("It is not good", -0.74 * 1.9),
    ("It is very good", 1.9 + 0.293),
    ("It is good!!", 1.9 + 2 * 0.292),
    ("It is bad", -2.5),
    ("It looks great but it is bad", 0.5 * 3.1 - 1.5 * 2.5),
]


@pytest.mark.parametrize(("text", "total"), HAND)
def test_scores_worked_by_hand(text, total):
    compound = round(total / math.sqrt(total * total + 15), 4)
    score = VADER.score(text[:4], text[4:])
    assert score.value == compound
    assert score.failure is None
    assert VaderReward(target="negative").score(text[:4], text[4:]).value == -compound


def test_scoring_alters_nothing_of_the_package():
    ours = lexicon().analyzer
    before = copy.deepcopy((ours.lexicon, ours.emojis, vaderSentiment.BOOSTER_DICT, vaderSentiment.SPECIAL_CASES))
    for text in HOSTILE.values():
        VADER.score("", text)
    assert (ours.lexicon, ours.emojis, vaderSentiment.BOOSTER_DICT, vaderSentiment.SPECIAL_CASES) == before
    assert [VADER.score("", text).value for text, _ in HAND] == [VADER.score(text, "").value for text, _ in HAND]


# ---- VADER: bounds

HOSTILE = {
    "nothing": "",
    "spaces": " " * 10**5,
    "lines": "\n" * 5_000,
    "NUL": "\0" * 10**5,
    "one word": "x" * 10**5,
    "marks": "!?" * 50_000,
    "single marks": "! " * 50_000,
    "emoji": "😍" * 10**5,
    "emoji apart": "😂 " * 50_000,
    "emoji and letters": "😂x" * 50_000,
    "surrogates": "\ud800\udfff " * 30_000,
    "but": "but " * 10**5,
    "good": "good " * 10**5,
    "the good": "the good " * 10**5,
    "isn't": "isn't x kind good " * 10**4,
    "long words": ("\u0130" * 7 + " good ") * 10**4,
    "faces": ":) " * 10**5,
    "apostrophes": "a'" * 50_000,
    "accents": "e\u0301" * 50_000,
}


def read_by_vader(text):
    """The words that VADER makes of a text."""
    expanded = "".join(f" {PACKAGE.emojis[c]}" if c in PACKAGE.emojis else c for c in text)
    return expanded.split()


@pytest.fixture
def reaching(monkeypatch):
    """What reaches the package: a list with (characters, words) of each text that it has split."""
    seen = []

    class Recorded(vaderSentiment.SentiText):
        def __init__(self, text):
            super().__init__(text)
            seen.append((len(text), len(self.words_and_emoticons)))

    monkeypatch.setattr(vaderSentiment, "SentiText", Recorded)
    return seen


@pytest.mark.parametrize("name", HOSTILE)
def test_little_of_a_hostile_text_reaches_the_package(name, reaching):
    text = HOSTILE[name]
    for reward in (VADER, VaderReward(target="negative", repetition_penalty=2)):
        for pair in ((text, ""), ("", text), (text[: len(text) // 2], text[len(text) // 2 :])):
            reaching.clear()
            score = reward.score(*pair)
            check_score(reward, score)
            assert reward.score(*pair) == score
            ((characters, words), again) = reaching
            assert again == (characters, words)
            assert words <= MAX_WORDS
            assert characters <= MAX_CHARACTERS + 40 * MAX_WORDS  # an emoji becomes a few words


@pytest.mark.parametrize("name", HOSTILE)
def test_work_on_a_hostile_text_does_not_grow_with_it(name):
    text = HOSTILE[name] * 10
    half = text[: len(text) // 2]
    assert work(VADER.score, "", text) <= 1.02 * work(VADER.score, "", half) + 20


@law
@given(
    units=st.lists(
        st.sampled_from(["good ", "bad", " ", "x", "😍", "😂y", "❤", "but ", "\t", "\u2003", "é " * 9, "w" * 50]),
        min_size=1,
        max_size=6,
    ),
    length=st.sampled_from([0, 1, 500, 1_022, 1_023, 1_024, 1_025, 3_000, 4_095, 4_096, 4_097, 4_098, 9_000]),
    head=st.text(max_size=3),
)
@example(["x"], 4_096, "")
@example(["x"], 4_097, "")
@example(["w "], 1_023, "")
@example(["w "], 1_024, "")
@example(["w "], 1_025, "")
@example([" "], 4_097, "")
@example(["w" * 15 + " "], 8_192, "")
@example(["é "], 300, " ")
def test_the_end_of_a_text_is_scored_from_the_first_whole_word_that_fits(units, length, head):
    unit = "".join(units)
    text = head + (unit * (length // len(unit) + 1))[:length]
    score = VADER.score("", text)
    cut = int(score.parts["cut"])
    end = text[cut:]
    assert score.parts["vader"] == PACKAGE.polarity_scores(end)["compound"]
    assert len(end) <= MAX_CHARACTERS
    assert len(read_by_vader(end)) <= MAX_WORDS
    if len(text) <= MAX_CHARACTERS and len(read_by_vader(text)) <= MAX_WORDS:
        assert cut == 0
    if cut == 0:
        assert score.failure == (None if text.strip() else "empty completion")
        return
    assert score.failure == f"text cut to its last {len(end)} characters"
    assert not end or text[cut - 1].isspace() or text[cut] in PACKAGE.emojis
    # One word more would be too much.
    begin = cut - 1
    while begin > 0 and text[begin].isspace():
        begin -= 1
    while begin > 0 and text[begin] not in PACKAGE.emojis and not text[begin - 1].isspace():
        begin -= 1
    longer = text[begin:]
    assert len(longer) > MAX_CHARACTERS or len(read_by_vader(longer)) > MAX_WORDS


def test_the_completion_counts_behind_a_long_prompt():
    prompt = "the film was long " * 2_000
    good, bad = VADER.score(prompt, "and good"), VADER.score(prompt, "and bad")
    assert good.value > 0 > bad.value
    assert good.parts["cut"] == len(prompt + "and good") - len(" ".join((prompt + "and good").split()[-MAX_WORDS:]))


def test_an_empty_completion_is_scored_as_its_prompt():
    for completion in ("", " ", "\n\t "):
        score = VADER.score("A good film", completion)
        assert (score.value, score.failure) == (0.4404, "empty completion")
        assert (score.parts["repetition"], score.parts["distinct_words"]) == (0, 0)
    assert VADER.score("", "").value == 0


# ---- VADER: options


def test_repetition_is_seen_and_costs_what_is_asked():
    score = VADER.score("It is ", "good good good good")
    assert score.parts["repetition"] == pytest.approx(2 / 3)  # three pairs, one of them new
    assert score.parts["distinct_words"] == 1 / 4
    assert score.value == score.parts["vader"] > 0.8
    for penalty in (0, 0.5, 3):
        for target, sign in (("positive", 1), ("negative", -1)):
            reward = VaderReward(target=target, repetition_penalty=penalty)
            paid = reward.score("It is ", "good good good good")
            assert paid.value == pytest.approx(sign * score.value - penalty * 2 / 3)
            assert paid.parts == score.parts
            assert reward.range == (-1 - penalty, 1)


def test_a_repetition_in_the_prompt_costs_nothing():
    reward = VaderReward(repetition_penalty=1)
    assert reward.score("so so so so so so ", "good").value == VADER.score("so so so so so so ", "good").value


@law
@given(st.text(), st.text(), st.sampled_from(["positive", "negative"]), st.floats(0, 1e6))
@example("", "", "negative", 0.0)
@example("\ud800", "\udfff", "positive", 1.0)
def test_every_score_is_lawful(prompt, completion, target, penalty):
    reward = VaderReward(target=target, repetition_penalty=penalty)
    score = reward.score(prompt, completion)
    check_score(reward, score)
    assert score_batch(reward, [prompt], [completion]) == [score]
    assert score.parts == VADER.score(prompt, completion).parts
    assert math.copysign(1, score.value) == 1 or score.value < 0  # no negative zero


def test_options_without_a_meaning_are_errors_that_say_so():
    with pytest.raises(ConfigError, match="unknown target 'positiv'; did you mean 'positive'"):
        VaderReward(target="positiv")
    for value in (-1, -0.001, math.nan, math.inf, "1", None, True, 10**400):
        with pytest.raises(ConfigError, match="repetition_penalty must be a finite number of at least 0, got "):
            VaderReward(repetition_penalty=value)


def test_rewards_with_equal_options_are_equal_and_survive_copies():
    rewards = [
        VaderReward(),
        VaderReward(target="negative"),
        VaderReward(repetition_penalty=1),
        VaderReward(target="negative", repetition_penalty=1),
    ]
    assert len(set(rewards)) == 4
    for reward in rewards:
        for again in (pickle.loads(pickle.dumps(reward)), copy.deepcopy(reward)):
            assert again == reward
            assert hash(again) == hash(reward)
            assert repr(again) == repr(reward)
            assert again.range == reward.range
            assert again.score("a ", "good good film") == reward.score("a ", "good good film")
        assert len(pickle.dumps(reward)) < 500
        assert isinstance(reward, Reward)
        assert reward != "VaderReward()"
    assert VaderReward(repetition_penalty=1) == VaderReward(repetition_penalty=1.0)


def test_scores_are_the_same_off_the_main_thread():
    random = Random(3)
    texts = [film_words(random) for _ in range(100)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(VADER.score, texts, texts)) == [VADER.score(text, text) for text in texts]


def test_parts_are_not_shared_between_scores():
    VADER.score("a", "good film").parts.clear()
    assert set(VADER.score("a", "good film").parts) == PARTS


# ---- Packages are loaded when they are needed


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_the_rewards_loads_no_package_that_they_ask():
    code = "import sys, formal_envs.rewards as r{}; print(*{{name.split('.')[0] for name in sys.modules}})"
    heavy = {"vaderSentiment", "torch", "transformers", "tokenizers"}
    assert not heavy & set(run(code.format("")))
    assert heavy & set(run(code.format("; r.VaderReward()"))) == {"vaderSentiment"}


def test_without_vaders_package_the_error_names_it(monkeypatch):
    lexicon.cache_clear()
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    with pytest.raises(ConfigError, match="pip install vaderSentiment"):
        VaderReward()
    monkeypatch.undo()
    assert VaderReward().score("", "good").value == 0.4404


# ---- Words


@pytest.mark.parametrize(
    ("text", "repetition", "distinct"),
    [
        ("", 0, 0),
        ("!!! ... \n", 0, 0),
        ("good", 0, 1),
        ("good good", 0, 1 / 2),
        ("good good good good", 2 / 3, 1 / 4),
        ("Good, GOOD; good... good!", 2 / 3, 1 / 4),
        ("a b a b", 1 / 3, 1 / 2),
        ("a b c d e", 0, 1),
        ("it isn't, it isn\u2019t", 0, 3 / 4),
        ("'good' good", 0, 1 / 2),
        ("été été été 42 42", 1 / 4, 2 / 5),
        ("😀" * 30, 28 / 29, 1 / 30),
        ("😀 😀\n😀!", 1 / 2, 1 / 3),
        (":) :) :)", 1 / 2, 1 / 3),
        (":):):)", 0, 0),  # of which VADER knows nothing
        ("(ok) :) (ok) :)", 1 / 3, 1 / 2),
        ("\u2139" * 3, 1 / 2, 1 / 3),  # a letter, and an emoji of VADER's
    ],
)
def test_wordings_worked_by_hand(text, repetition, distinct):
    assert wording(text) == pytest.approx(Wording(repetition, distinct))


@law
@given(st.lists(st.sampled_from(["a", "b", "good", "it's"]), max_size=30))
def test_repetition_is_the_share_of_pairs_that_were_there_before(words):
    pairs = [(words[i], words[i + 1]) for i in range(len(words) - 1)]
    before = sum(pair in pairs[:i] for i, pair in enumerate(pairs))
    found = wording(" ".join(words))
    assert found.repetition == pytest.approx(before / len(pairs) if pairs else 0)
    assert found.distinct_words == (len(set(words)) / len(words) if words else 0)


@law
@given(
    st.lists(
        st.sampled_from([*"😀❤\u2139 !.", ":)", " :) ", "=(", "<3", " :D ", "good", " bad ", "o.o", "isn't", "\ufe0f"])
        | st.text(max_size=2)
        | st.sampled_from(EMOJI)
        | st.sampled_from(sorted(PACKAGE.lexicon)),
        min_size=1,
        max_size=6,
    ).map("".join),
    st.integers(4, 20),
)
@example("😀", 30)
@example(":) ", 4)
@example(") :", 4)
def test_what_vader_scores_cannot_be_said_again_and_again_without_repetition(text, times):
    """Two words are no pair twice; three equal ones are. Of ") :" said four times VADER sees ":)" three times."""
    score = VADER.score("", text * times)
    assert score.parts["repetition"] > 0 or score.parts["vader"] == 0
    assert wording(text * 2 * times).repetition >= score.parts["repetition"]


# ---- Watched


class Counting:
    """A reward with a batch method that counts its use."""

    def __init__(self, value, **parts):
        self.range = (value, value)
        self.value, self.parts, self.batches = value, parts, 0

    def score(self, prompt, completion):
        return Score(self.value, dict(self.parts), f"{self.value} of {prompt + completion}")

    def score_batch(self, prompts, completions):
        self.batches += 1
        return list(map(self.score, prompts, completions))


def test_a_watched_reward_keeps_its_value_and_has_the_parts_of_all():
    rewards = Counting(1.0, a=1.0, b=1.0), Counting(2.0, b=2.0, c=2.0), Counting(3.0, b=3.0, c=3.0, d=3.0)
    watched = Watched(*rewards)
    assert watched.range == (1.0, 1.0)
    assert isinstance(watched, Reward)
    expected = Score(1.0, {"a": 1.0, "b": 1.0, "c": 2.0, "d": 3.0}, "1.0 of xy")
    assert watched.score("x", "y") == expected
    assert score_batch(watched, ["x", "z"], ["y", "y"]) == [expected, expected._replace(failure="1.0 of zy")]
    assert [reward.batches for reward in rewards] == [1, 1, 1]
    assert score_batch(watched, [], []) == []
    with pytest.raises(ConfigError, match=r"as many completions as prompts \(2\), got 1"):
        watched.score_batch(["x", "z"], ["y"])


def test_watching_alters_no_score_of_the_rewards():
    own, other = Score(1.0, {"a": 1.0}), Score(2.0, {"a": 2.0, "b": 2.0})

    class Fixed:
        range = (0.0, 2.0)

        def __init__(self, score):
            self.fixed = score

        def score(self, prompt, completion):
            return self.fixed

    assert Watched(Fixed(own), Fixed(other)).score("", "") == Score(1.0, {"a": 1.0, "b": 2.0})
    assert (own.parts, other.parts) == ({"a": 1.0}, {"a": 2.0, "b": 2.0})


def test_watched_rewards_are_equal_where_their_rewards_are():
    negative = VaderReward(target="negative")
    rewards = [Watched(VADER), Watched(VADER, negative), Watched(negative, VADER)]
    assert len(set(rewards)) == 3
    for reward in rewards:
        again = pickle.loads(pickle.dumps(reward))
        assert again == reward
        assert hash(again) == hash(reward)
        assert repr(again) == repr(reward)
        assert again.score("a ", "good film") == reward.score("a ", "good film")
    assert Watched(VADER) != VADER
    assert repr(rewards[0]) == f"Watched({VADER!r})"


# ---- Factories


def test_vaders_factory_passes_its_options_on():
    assert vader() == VADER
    assert vader(target="negative", repetition_penalty=0.5) == VaderReward(target="negative", repetition_penalty=0.5)


def test_a_classifiers_factory_wants_a_classifier():
    with pytest.raises(ConfigError, match="formal-envs train-classifier --out DIR"):
        by_classifier()
