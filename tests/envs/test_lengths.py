"""Masks with a limit: every text under them is a sentence within it, and no token is refused for nothing."""

import pickle
import random
from functools import cache
from unittest.mock import patch

import gymnasium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judges import is_sentence
from test_masks import CASES, byte_pairs, keys, law, seeds, task_and_tokenizer

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.envs.lengths import NAME_TOKENS
from formal_envs.envs.masks import GrammarMasks
from formal_envs.errors import ConfigError
from formal_envs.languages import unfinished
from formal_envs.languages.language import Language
from formal_envs.languages.mask_grammar import plain_grammar
from formal_envs.languages.plain_rules import read_rules
from formal_envs.languages.shortest import Shortest, Trie
from formal_envs.languages.unfinished import EarleyReader
from formal_envs.tasks import make_task
from formal_envs.tokenizers import VocabularyTokenizer, char_tokenizer, load_tokenizer

OTHERS = ("Countdown", "Programs", "Regex", "Rewriting", "Satisfaction")


@cache
def shortest_text(name, options, tokenizer):
    """The least limit of the masks of a task, and masks with it."""
    task, _ = task_and_tokenizer(name, dict(options))
    try:
        GrammarMasks(task, tokenizer, limit=1)
    except ConfigError as error:
        return int(str(error).split(" tokens, EOS")[0].split()[-1])
    return 1


def written(masks, tokenizer, prompt, limit, rng):
    """A text of uniformly random tokens under the mask."""
    masks.begin(0, prompt)
    tokens = []
    while len(tokens) < limit:
        token = int(rng.choice(np.flatnonzero(masks.rows[0])))
        if token == tokenizer.eos_id:
            break
        tokens.append(token)
        masks.take(0, token)
    return tokenizer.decode(tokens)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["own", "byte pairs"])
@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_random_text_is_a_sentence_within_the_limit(name, options, kind):
    task, tokenizer = task_and_tokenizer(name, options, byte_pairs() if kind == "byte pairs" else None)
    rng = random.Random(5)
    least = shortest_text(name, tuple(options.items()), tokenizer)
    for limit in (least, least + 7, least + 60):
        masks = GrammarMasks(task, tokenizer, limit=limit)
        for prompt in task.sample(keys(limit, 6)).prompts:
            masks.begin(0, prompt)
            if masks._texts[0].within is None:  # its shortest sentence is longer than the first problem's
                continue
            text = written(masks, tokenizer, prompt, limit, rng)
            assert is_sentence(name, task, prompt, text), (limit, prompt, text)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["word", "char"])
@pytest.mark.parametrize("name", OTHERS)
def test_other_tasks_texts_end_in_time(name, form):
    task = make_task(name)[0]
    tokenizer = load_tokenizer(form, task.charset, task.vocabulary)
    rng = random.Random(5)
    env = gymnasium.make(f"Formal{name}Token-v0", tokenizer=form, mask="grammar").unwrapped
    masks, limit = env.layout.masks(1), env.layout.max_tokens
    for prompt in task.sample(keys(3, 10)).prompts:
        text = written(masks, tokenizer, prompt, limit, rng)
        assert masks._is_sentence(masks._texts[0]), (prompt, text)


@law
@given(st.sampled_from([case for case in CASES if case[0] != "Game"]), seeds)
def test_with_a_large_limit_masks_are_those_without(case, seed):
    name, options = case
    task, tokenizer = task_and_tokenizer(name, options)
    free, limited = GrammarMasks(task, tokenizer), GrammarMasks(task, tokenizer, limit=100_000)
    (prompt,) = task.sample(keys(seed, 1)).prompts
    rng = random.Random(seed)
    for masks in (free, limited):
        masks.begin(0, prompt)
    for _ in range(40):
        assert np.array_equal(free.bits, limited.bits)
        token = int(rng.choice(np.flatnonzero(free.rows[0])))
        if token == tokenizer.eos_id:
            break
        for masks in (free, limited):
            masks.take(0, token)


SMALL = [  # a grammar, its characters, and further tokens
    ('start: "(" start ")" start | "x"?', "()x", ["()", "x("]),
    ('start: start "+" part | part\npart: "a" | "b" "b" "b" | "(" start ")"', "+ab()", ["(a", "bb", "a+"]),
    ('start: /a+b/ | "c" start', "abc", ["aa", "cc", "ca"]),
    ('start: "[" (NUMBER ("," NUMBER)*)? "]"\nNUMBER: /[0-1]{1,2}/', "[],01", ["[0", ",1"]),
]


@pytest.mark.parametrize(("grammar", "characters", "more"), SMALL)
def test_no_token_is_refused_that_leaves_enough_room_and_none_allowed_that_does_not(grammar, characters, more):
    """Against all texts of a few tokens."""
    language = Language(grammar, parser="earley")
    most = 6 if len(characters) < 5 else 5
    tokens = [*characters, *more]
    texts, behind = [""], {"": 0}
    for _ in range(most):
        texts = list(dict.fromkeys(text + token for text in texts for token in tokens))
        behind |= {text: 0 for text in texts if text not in behind}
    needed = {text: 0 for text in behind if language.accepts(text)}
    for length in range(1, most + 1):  # texts that so many tokens make a sentence
        for text in behind:
            if text not in needed and any(needed.get(text + token) == length - 1 for token in tokens):
                needed[text] = length
    tokenizer = VocabularyTokenizer(tokens)
    reader = EarleyReader(Shortest(read_rules(plain_grammar(language)), Trie(tokenizer.tokens)))
    assert reader.begin().left() == needed[""]
    compared = 0
    for text, least in needed.items():
        if len(text) <= 3:
            state = reader.begin().write(text)
            assert not state.lost
            assert least <= state.left() <= least + 1, text  # a token may go beyond a rule's end
            compared += 1
    assert compared >= 8


def test_shortest_ways_by_hand():
    rules = read_rules('start: "(" start* ")" | NAME\nNAME: /[a-z]{3}/')
    state = EarleyReader(Shortest(rules, Trie(["(", ")", "a", "b", "ab", "()"]))).begin()
    assert state.left() == 1
    assert [state.write(text).left() for text in ("(", "((", "((a", "(()", "()", "ab", "abb")] == [1, 2, 3, 1, 0, 1, 0]
    assert state.write(")").lost
    named = read_rules("start: NAME+\nNAME: /[a-z]{3}/", "NAME", NAME_TOKENS)
    state = EarleyReader(Shortest(named, Trie(["a", ")"]))).begin()
    assert [state.write(text).left() for text in ("", "a", "aa", "aaa")] == [3 + NAME_TOKENS, 2, 1, 0]


def test_texts_that_may_go_on_alike_have_one_state():
    rules = read_rules('start: NUMBER ("+" NUMBER)*\nNUMBER: /[0-9]+/')
    begun = EarleyReader(Shortest(rules, Trie([*"0123456789+"]))).begin()
    assert begun.write("1+2") is begun.write("7+30+4")
    assert begun.write("1+") is not begun.write("1")


@given(st.lists(st.text("()ab", max_size=12), min_size=20, max_size=40))
def test_what_is_remembered_changes_nothing(texts):
    rules = read_rules('start: "(" start* ")" | NAME\nNAME: /[ab]{3}/')
    trie = Trie(["(", ")", "a", "b", "ab", "()"])
    with patch.object(unfinished, "_KEPT", 4):
        forgetful = EarleyReader(Shortest(rules, trie))
        for text in texts:
            alone = EarleyReader(Shortest(rules, trie)).begin().write(text)
            assert forgetful.begin().write(text).left() == alone.left()


def test_grammars_that_are_not_read_have_no_limit():
    assert read_rules("start: name~3\nname: /a/") is None
    assert read_rules("begin: /a/") is None


def test_a_limit_below_the_shortest_sentence_says_so():
    with pytest.raises(ConfigError, match=r"max_tokens=2 is too small.*needs 8 tokens, EOS included"):
        gymnasium.make(
            "FormalGrammarToken-v0",
            **{"grammar": 'start: "abc" "defg"', "prompt": "write: ", "tokenizer": "char"},
            mask="grammar",
            max_tokens=2,
        )


def test_the_limit_stays_in_copies_repetitions_and_pickles():
    task, _ = task_and_tokenizer("Grammar", {"tokenizer": "char", "prompt": "JSON: "})
    tokenizer = char_tokenizer(task.charset)
    masks = GrammarMasks(task, tokenizer, limit=5).of(1)
    masks.begin(0, "JSON: ")
    masks.repeat(2)
    for token in tokenizer.encode("[["):
        masks.take_all([0, 1], [token] * 2)
    for each in (masks, pickle.loads(pickle.dumps(masks))):
        assert [{tokenizer.decode([n]) for n in np.flatnonzero(row)} for row in each.rows] == [{"]"}] * 2
