"""Tokenizers: round trips, the paper's ids, longest matches, unknown characters, and Hugging Face's by path."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.tasks import make_task
from formal_envs.tasks.arithmetic.task import WORDS
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import (
    HuggingFaceTokenizer,
    VocabularyTokenizer,
    char_tokenizer,
    load_tokenizer,
    longest_match,
)

law = settings(deadline=None)
CHARSET = "0123456789=+"


def test_word_ids_are_the_numbers_values():
    tokenizer = VocabularyTokenizer(WORDS)
    for value in range(100):
        assert tokenizer.encode(str(value)) == [value]
        assert tokenizer.decode([value]) == str(value)
    assert tokenizer.encode("6+8*10=86") == [6, 100, 8, 101, 10, 102, 86]


def test_word_vocabulary_has_the_papers_size_and_specials_after_it():
    tokenizer = VocabularyTokenizer(WORDS)
    assert tokenizer.vocab_size == 100 + 3 + 3  # numbers, "+*=", BOS EOS PAD
    assert sorted([tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]) == [103, 104, 105]


def test_a_paper_answer_is_one_word():
    task, _ = make_task("Arith")
    tokenizer = load_tokenizer("word", task.charset, task.vocabulary)
    problems = task.sample(problem_keys(seeded_stream(1), np.arange(500)))
    assert [tokenizer.encode(solution) for solution in problems.solutions] == [[v] for v in problems.values.tolist()]


@pytest.mark.parametrize("answer", ["number", "chain"])
@pytest.mark.parametrize("name", ["word", "char"])
@pytest.mark.parametrize("operators", ["+", "-+", "+*()", "-*"])
def test_task_texts_round_trip(name, answer, operators):
    task, _ = make_task("Arith", answer=answer, operators=operators)
    tokenizer = load_tokenizer(name, task.charset, task.vocabulary)
    problems = task.sample(problem_keys(seeded_stream(2), np.arange(100)))
    for text in [*problems.prompts, *problems.solutions]:
        ids = tokenizer.encode(text)
        assert all(0 <= i < tokenizer.vocab_size for i in ids)
        assert not {tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id} & set(ids)
        assert tokenizer.decode(ids) == text
        if name == "char":
            assert len(ids) == len(text)


@law
@given(st.text(alphabet=CHARSET, max_size=50))
def test_any_text_of_the_alphabet_round_trips(text):
    for tokenizer in (VocabularyTokenizer(WORDS), char_tokenizer(CHARSET)):
        assert tokenizer.decode(tokenizer.encode(text)) == text


@law
@given(st.lists(st.integers(0, 102), max_size=20), st.data())
def test_specials_are_dropped_wherever_they_stand(ids, data):
    tokenizer = VocabularyTokenizer(WORDS)
    specials = [tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id]
    mixed = []
    for i in ids:
        mixed += [*data.draw(st.lists(st.sampled_from(specials), max_size=2)), i]
    assert tokenizer.decode(mixed) == tokenizer.decode(ids) == "".join(tokenizer.tokens[i] for i in ids)


def test_decode_takes_arrays():
    assert VocabularyTokenizer(WORDS).decode(np.array([6, 100, 8])) == "6+8"


@pytest.mark.parametrize(
    ("tokens", "text", "column"),
    [
        ("+*=0123456789", "x", 0),
        ("+*=0123456789", "6+8x", 3),
        ("+*=0123456789", "6+٣", 2),
        ("+*=0123456789", "6 + 8", 1),
        ("+*=0123456789", "6\n", 1),
        ("+*=0123456789", "\0", 0),
        ("+*=0123456789", "6\ud800", 1),
        (["ab"], "abx", 2),  # a character inside a token is no place of its own
        (["ab", "abc"], "abcab?", 5),
    ],
)
def test_an_unknown_character_is_a_parse_failure_at_its_column(tokens, text, column):
    with pytest.raises(ParseFailure) as caught:
        VocabularyTokenizer(tokens).encode(text)
    assert (caught.value.text, caught.value.column) == (text, column)
    assert str(caught.value) == f"no token for {text[column]!r} at column {column + 1}"


def test_the_longest_token_wins():
    assert VocabularyTokenizer(["a", "ab", "abc", "c"]).encode("abcabac") == [2, 1, 0, 3]


@pytest.mark.parametrize("tokens", [[], ["a", "a"], ["a", ""]])
def test_a_vocabulary_needs_distinct_tokens_that_are_not_empty(tokens):
    with pytest.raises(ConfigError, match="distinct"):
        VocabularyTokenizer(tokens)


def test_tokens_are_not_patterns():
    tokenizer = VocabularyTokenizer([".", "+", "(a|b)"])
    assert tokenizer.encode("(a|b).+") == [2, 0, 1]
    with pytest.raises(ParseFailure):
        tokenizer.encode("a")


def test_words_refuse_a_task_without_a_vocabulary_and_name_the_way_out():
    with pytest.raises(ConfigError, match=r"no list of words.*tokenizer='char'.*Hugging Face"):
        load_tokenizer("word", CHARSET)
    assert load_tokenizer("word", CHARSET, WORDS).tokens == WORDS
    assert load_tokenizer("char", CHARSET).vocab_size == len(CHARSET) + 3


def test_words_are_a_tasks_own_with_their_places_as_ids():
    sums, others = (make_task("Arith", operators=operators)[0] for operators in ("+", "-()"))
    assert sums.vocabulary == WORDS == (*map(str, range(100)), "+", "*", "=")
    assert others.vocabulary == (*WORDS, "-", "(", ")")
    assert make_task("Arith", terms=10)[0].vocabulary == ()  # up to ten times 10


# ---- Longest match

pieces = st.text(alphabet="ab .", min_size=1, max_size=6) | st.text(alphabet="a-(#\\\n é", min_size=1, max_size=4)


def greedy(tokens, text):
    """The longest token at each place, by trying them all; None where there is none."""
    found, place = [], 0
    while place < len(text):
        fitting = [token for token in tokens if text.startswith(token, place)]
        if not fitting:
            return None
        found.append(max(fitting, key=len))
        place += len(found[-1])
    return found


@law
@given(st.sets(pieces, min_size=1, max_size=12), st.lists(pieces, max_size=8), st.randoms(use_true_random=False))
def test_a_text_is_cut_as_by_trying_every_token(tokens, others, random):
    tokens = sorted(tokens)
    random.shuffle(tokens)
    tokenizer = VocabularyTokenizer(tokens)
    for text in ("".join(random.choices(tokens, k=6)), "".join(random.choices([*tokens, *others], k=6))):
        expected = greedy(tokens, text)
        if expected is None:
            with pytest.raises(ParseFailure):
                tokenizer.encode(text)
        else:
            assert tokenizer.encode(text) == [tokens.index(token) for token in expected]


@law
@given(st.sets(pieces, min_size=1, max_size=12), pieces)
def test_the_pattern_matches_the_tokens_and_nothing_else(tokens, text):
    pattern = longest_match(tokens)
    assert all(re.fullmatch(pattern, token) for token in tokens)
    assert bool(re.fullmatch(pattern, text)) == (text in tokens)


def test_the_pattern_is_a_trie_by_hand():
    assert longest_match(["a"]) == "a"
    assert longest_match(["be", "bear", "beat", "to"]) == "(?:be(?:a(?:r|t))?|to)"


def test_a_long_text_is_cut_as_its_parts_are():
    task, _ = make_task("Sentiment")
    tokenizer = VocabularyTokenizer(task.vocabulary)
    problems = task.sample(problem_keys(seeded_stream(3), np.arange(1_500)))
    texts = [prompt + solution for prompt, solution in zip(problems.prompts, problems.solutions, strict=True)]
    joined = "".join(texts)
    assert len(joined) > 10**5
    assert tokenizer.encode(joined) == [i for text in texts for i in tokenizer.encode(text)]


@law
@given(tokens=st.sets(pieces, min_size=1, max_size=12), data=st.data())
def test_the_pattern_means_the_same_to_the_tokenizers_package(tokens, data):
    """Which has another regular expression engine, and gets the pattern when a checkpoint is saved."""
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    tokenizer = VocabularyTokenizer(sorted(tokens))
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(tokenizer.pattern), "isolated")
    text = "".join(data.draw(st.lists(st.sampled_from(tokenizer.tokens), min_size=1, max_size=6)))
    expected = greedy(tokenizer.tokens, text)
    if expected is not None:
        assert [piece for piece, _ in split.pre_tokenize_str(text)] == expected


# ---- Hugging Face


@pytest.fixture(scope="module")
def transformers():
    return pytest.importorskip("transformers", reason="transformers is not installed")


@pytest.fixture
def offline(transformers, monkeypatch):
    constants = pytest.importorskip("huggingface_hub.constants", reason="huggingface_hub is not installed")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


@pytest.fixture(scope="module")
def tiny(transformers):
    """A tokenizer of single characters, made here."""
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    vocabulary = {token: number for number, token in enumerate([*CHARSET, "<eos>", "<unk>"])}
    backend = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    backend.decoder = tokenizers.decoders.Fuse()
    return backend


def test_a_hugging_face_tokenizer_is_loaded_by_path(transformers, tiny, tmp_path, offline):
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tiny, eos_token="<eos>", unk_token="<unk>")
    fast.save_pretrained(tmp_path)
    tokenizer = load_tokenizer(str(tmp_path), CHARSET)
    assert isinstance(tokenizer, HuggingFaceTokenizer)
    assert tokenizer.encode("6+10=16") == [CHARSET.index(c) for c in "6+10=16"]
    assert tokenizer.decode(tokenizer.encode("6+10=16")) == "6+10=16"
    assert tokenizer.decode(np.array([6, tokenizer.eos_id, 11])) == "6+"
    assert tokenizer.vocab_size == 14
    assert tokenizer.eos_id == tokenizer.bos_id == tokenizer.pad_id == 12  # EOS stands in for the missing ones


def test_a_hugging_face_tokenizer_keeps_its_own_specials(transformers, tiny):
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tiny, eos_token="<eos>", unk_token="<unk>", pad_token="0", bos_token="1"
    )
    tokenizer = HuggingFaceTokenizer(fast)
    assert (tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id) == (0, 1, 12)  # an id of 0 counts as present


def test_a_tokenizer_without_eos_is_refused_for_that_reason(transformers, tiny, tmp_path, offline):
    transformers.PreTrainedTokenizerFast(tokenizer_object=tiny, unk_token="<unk>").save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match=r"^the tokenizer has no EOS token; set tokenizer\.eos_token first$"):
        load_tokenizer(str(tmp_path), CHARSET)


@pytest.mark.parametrize(("name", "meant"), [("wrod", "word"), ("Char", "char"), ("chars", "char")])
def test_a_misspelt_name_is_not_sought_on_a_hub(name, meant):
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        load_tokenizer(name, CHARSET)


@pytest.mark.parametrize("name", ["", "/no/such/folder", "a b"])
def test_a_name_that_leads_nowhere_is_an_error_that_names_the_choices(name, offline):
    with pytest.raises(ConfigError, match="'word', 'char', or the path") as caught:
        load_tokenizer(name, CHARSET)
    assert repr(name) in str(caught.value)


def test_a_model_without_its_tokenizer_is_refused_for_that_reason(transformers, tmp_path, offline):
    transformers.GPT2Config().save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="there is no tokenizer at"):
        load_tokenizer(str(tmp_path), CHARSET)


def test_a_folder_with_no_tokenizer_is_an_error_that_names_the_choices(tmp_path, offline):
    (tmp_path / "tokenizer.json").write_text("{not json")
    with pytest.raises(ConfigError, match="'word', 'char', or the path"):
        load_tokenizer(str(tmp_path), CHARSET)
