"""Masks from a grammar: exactly the tokens that can still lead to a sentence; every masked text that ends is one."""

import multiprocessing
import os
import pickle
import random
import sys
import warnings
from functools import cache
from itertools import product
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st
from judges import is_sentence
from test_vector import assert_same

import formal_envs  # noqa: F401  (registers the environments)
from formal_envs.envs.masks import GrammarMasks
from formal_envs.errors import ConfigError
from formal_envs.languages.language import Language
from formal_envs.languages.mask_grammar import plain_grammar
from formal_envs.ludii import GameError, check_game
from formal_envs.ludii.language.checker import Matcher, check_as
from formal_envs.ludii.language.parameter_types import parameter_type
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.syntax import parse
from formal_envs.ludii.writing.gap_types import gap_types
from formal_envs.tasks import make_task
from formal_envs.tasks.game.corpus import own_games
from formal_envs.tasks.game.cuts import expressions
from formal_envs.tasks.game.recomposed import around, recompose
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import HuggingFaceTokenizer, VocabularyTokenizer, char_tokenizer, load_tokenizer

pytest.importorskip("llguidance")

law = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 2**32)
LOGIC = str(Path(__file__).parents[2] / "examples" / "logic.lark")
CLAUSES = """
start: "select" columns ["where" NAME "=" (NUMBER | ESCAPED_STRING)]
columns: "*" | NAME ("," NAME)*
NAME: /[a-z]+[0-9]?/
%import common.NUMBER
%import common.ESCAPED_STRING
%ignore " "
"""
CLOSING = (")", "}", "]", '"', "")
CASES = [
    ("Arith", {}),
    ("Arith", {"tokenizer": "char"}),
    ("Arith", {"answer": "chain"}),
    ("Arith", {"answer": "chain", "operators": "+-*()", "terms": 4, "tokenizer": "char", "max_operand": 4}),
    ("Arith", {"operators": "-", "terms": 3, "tokenizer": "char", "answer": "chain"}),
    ("Grammar", {}),
    ("Grammar", {"tokenizer": "char", "prompt": "JSON: "}),
    ("Grammar", {"grammar": LOGIC, "size": 30}),
    ("Grammar", {"grammar": LOGIC, "size": 30, "parser": "earley", "prompt": "formula: "}),
    ("Grammar", {"grammar": CLAUSES, "prompt": "query: "}),
    ("Game", {}),
    ("Game", {"mode": "compose"}),
    ("Game", {"tokenizer": "char"}),
]
each_case = pytest.mark.parametrize(("task", "options"), CASES, ids=str)


def keys(seed, count):
    return problem_keys(seeded_stream(seed), np.arange(count))


@cache
def byte_pairs():
    pytest.importorskip("torch")
    from tiny_models import END, tiny_tokenizer

    return HuggingFaceTokenizer(tiny_tokenizer(END, eos_token=END))


@cache
def _task(name, options):
    return make_task(name, **dict(options))[0]


def task_and_tokenizer(name, options, tokenizer=None):
    task = _task(name, tuple((option, value) for option, value in options.items() if option != "tokenizer"))
    return task, tokenizer or load_tokenizer(options.get("tokenizer", "word"), task.charset, task.vocabulary)


def undefined_name(prompt, completion):
    """Whether what follows the equipment uses a piece or a region that is not there."""
    game = recompose(prompt, completion)
    if game.infill and "(rules" not in game.text[: game.end]:
        return False
    try:
        check_game(game.text)
    except GameError as error:
        return error.message.startswith(("no piece", "no region")) and error.position > game.text.find("(rules")
    return False


def rollout(masks, tokenizer, prompt, rng, most):
    """The tokens of a random text under the mask; three in four times something that closes, where that is allowed."""
    masks.begin(0, prompt)
    tokens = []
    while len(tokens) < most:
        allowed = np.flatnonzero(masks.rows[0])
        closing = [token for token in allowed if tokenizer.decode([token]).strip() in CLOSING]
        token = rng.choice(closing if closing and rng.random() < 0.75 else list(allowed))
        tokens.append(int(token))
        if token == tokenizer.eos_id:
            break
        masks.take(0, token)
    return tokens


# ---- Validity


@pytest.mark.parametrize("kind", ["own", "byte pairs"])
@each_case
def test_every_masked_random_text_that_ends_is_a_sentence(task, options, kind):
    made, tokenizer = task_and_tokenizer(task, options, byte_pairs() if kind == "byte pairs" else None)
    masks = GrammarMasks(made, tokenizer)
    rng = random.Random(3)
    count = 20 if task == "Game" else 40
    ended = 0
    for prompt in made.sample(keys(11, count)).prompts:
        tokens = rollout(masks, tokenizer, prompt, rng, 400 if "mode" in options else 150)  # a whole game is long
        if tokens[-1] == tokenizer.eos_id:
            ended += 1
            completion = tokenizer.decode(tokens)
            assert is_sentence(task, made, prompt, completion), (prompt, completion)
            if task == "Game":
                assert not undefined_name(prompt, completion), (prompt, completion)
    assert ended >= count / 5  # it does happen


@pytest.mark.parametrize("kind", ["own", "byte pairs"])
@each_case
def test_every_solution_is_allowed_token_by_token_and_then_eos(task, options, kind):
    made, tokenizer = task_and_tokenizer(task, options, byte_pairs() if kind == "byte pairs" else None)
    masks = GrammarMasks(made, tokenizer)
    problems = made.sample(keys(12, 25))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        masks.begin(0, prompt)
        for token in tokenizer.encode(solution):
            assert masks.rows[0, token], (prompt, solution, tokenizer.decode([token]))
            masks.take(0, token)
        assert masks.rows[0, tokenizer.eos_id], (prompt, solution)


@law
@given(st.sampled_from([case for case in CASES if case[0] != "Game"]), seeds)
def test_eos_is_allowed_exactly_where_the_text_is_a_sentence(case, seed):
    name, options = case
    task, tokenizer = task_and_tokenizer(name, options)
    masks, rng = GrammarMasks(task, tokenizer), random.Random(seed)
    (prompt,) = task.sample(keys(seed, 1)).prompts
    tokens = rollout(masks, tokenizer, prompt, rng, 40)
    masks.begin(0, prompt)
    for n, token in enumerate(tokens):
        text = tokenizer.decode(tokens[:n])
        assert masks.rows[0, tokenizer.eos_id] == is_sentence(name, task, prompt, text), text
        masks.take(0, token)


# ---- Exactness

SMALL = 'start: "a" (B | "ab") ["," /c[de]/ "!"~1..2]\nB: "b" | "bb"'


def test_a_token_is_allowed_exactly_where_some_sentence_goes_on_with_it():
    """Against all sentences of a finite language, for tokens that cut across its words."""
    language = Language(SMALL)
    sentences = [
        head + middle + tail
        for head, middle, tail in product(
            "a", ["b", "bb", "ab"], ["", *(f",c{x}{'!' * n}" for x in "de" for n in (1, 2))]
        )
    ]
    assert all(map(language.accepts, sentences))
    tokenizer = VocabularyTokenizer(["a", "b", "bb", "ab", "aa", ",", ",c", "c", "d", "e", "e!", "!", "!!", "abb,cd!"])
    task = _task("Grammar", (("grammar", SMALL), ("prompt", "write: "), ("split", "all")))
    masks = GrammarMasks(task, tokenizer)
    queue, seen = [()], 0
    for begun in queue:
        text = tokenizer.decode(begun)
        masks.begin(0, "write: ")
        for token in begun:
            masks.take(0, token)
        allowed = set(np.flatnonzero(masks.rows[0]).tolist())
        right = {
            n for n, token in enumerate(tokenizer.tokens) if any(each.startswith(text + token) for each in sentences)
        }
        if begun:  # two tokens that are one give way
            whole = {n for n in right if tokenizer.tokens[begun[-1]] + tokenizer.tokens[n] not in tokenizer.tokens}
            right = whole if whole or language.accepts(text) else right
        assert allowed - {tokenizer.eos_id} == right, text
        assert (tokenizer.eos_id in allowed) == (text in sentences)
        queue += [(*begun, token) for token in right]
        seen += 1
    assert seen > 40


def test_masks_of_arithmetic_by_hand():
    env = gymnasium.make("FormalArithToken-v0", mask="grammar").unwrapped
    mask = env.reset(seed=0)[1]["action_mask"]
    assert np.flatnonzero(mask).tolist() == list(range(100))  # the numbers, and neither + nor = nor EOS
    task, tokenizer = task_and_tokenizer(
        "Arith", {"answer": "chain", "operators": "+-", "terms": 3, "tokenizer": "char"}
    )
    masks = GrammarMasks(task, tokenizer)
    masks.begin(0, "1+2-3=")
    for token, allowed in [("3", "0123456789-"), ("-", "+-"), ("3", "0123456789-"), ("=", "="), ("0", "0123456789-")]:
        shown = {tokenizer.decode([n]) for n in np.flatnonzero(masks.rows[0])}
        assert shown - set("0123456789") == set(allowed) - set("0123456789"), token
        masks.take(0, tokenizer.encode(token)[0])
    assert np.flatnonzero(masks.rows[0]).tolist() == [tokenizer.eos_id]  # no leading zero


@law
@given(st.sampled_from(own_games()), st.sampled_from(own_games()), st.randoms(use_true_random=False))
def test_the_types_of_a_gap_are_those_that_make_a_game(game, other, rng):
    start, end = rng.choice(expressions(game)[1:])
    types = gap_types(game[:start], game[end:])
    assert types
    for begin, stop in rng.sample(expressions(other)[1:], 8):
        expression = other[begin:stop]
        fits = any(Matcher(expression).ludeme(parse(expression), parameter_type(name)) for name in types)
        try:
            check_as(game[:start] + expression + game[end:], "game")
        except GameError:
            assert not fits, (types, expression)
        else:
            assert fits, (types, expression)


def test_parts_of_no_game_have_no_gap_and_get_any_ludeme():
    assert gap_types("(game", ")") == []
    assert gap_types("(game {", ")") == []
    task, tokenizer = task_and_tokenizer("Game", {})
    masks = GrammarMasks(task, tokenizer)
    masks.begin(0, "### PRE: (game ### SUF: ) ### MID:")
    heads = {tokenizer.decode([n]).strip() for n in np.flatnonzero(masks.rows[0])}
    assert {"(board", "(is Line", "(forEach Piece"} <= heads
    assert around("### PRE: (game ### SUF: ) ### MID:") == ("(game", ")")
    assert len(SIGNATURES) > len(heads) > 50


# ---- The environments


@pytest.mark.parametrize(
    ("env_id", "options"),
    [("FormalArithToken-v0", {}), ("FormalArithToken-v0", {"tokenizer": "char"}), ("FormalGrammarToken-v0", {})],
    ids=str,
)
def test_environments_with_masks_keep_the_laws_of_the_others(env_id, options):
    options = {"mask": "grammar", **options}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(env_id, **options).unwrapped)
    native = gymnasium.make_vec(env_id, num_envs=4, **options)
    own = gymnasium.make_vec(
        env_id,
        num_envs=4,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP},
        **options,
    )
    _, info = native.reset(seed=[1, 2, 3, 4])
    assert_same(info, own.reset(seed=[1, 2, 3, 4])[1])
    rng = np.random.default_rng(0)
    for n in range(60):
        masks = native.action_masks()
        assert np.array_equal(masks, info["action_mask"].astype(bool))
        good = [rng.choice(np.flatnonzero(mask)) for mask in masks]
        actions = np.array(good if n % 4 else rng.integers(0, native.single_action_space.n, 4))
        one, other = native.step(actions), own.step(actions)
        assert_same(one, other)
        info = one[-1]
        if n == 30:
            native = pickle.loads(pickle.dumps(native))
            assert np.array_equal(native.action_masks(), info["action_mask"].astype(bool))


def test_texts_that_are_repeated_go_on_each_on_its_own():
    task, tokenizer = task_and_tokenizer("Grammar", {"tokenizer": "char", "prompt": "JSON: "})
    masks = GrammarMasks(task, tokenizer).of(2)
    masks.begin_all([0, 1], ["JSON: "] * 2)
    masks.take_all([0, 1], [tokenizer.encode(letter)[0] for letter in '["'])
    masks.repeat(2)  # "[" and "[", then '"' and '"'
    masks.take_all([1, 3], [tokenizer.encode(letter)[0] for letter in "{a"])
    masks = pickle.loads(pickle.dumps(masks))
    for row, text in zip(masks.rows, ["[", "[{", '"', '"a'], strict=True):
        alone = GrammarMasks(task, tokenizer)
        alone.begin(0, "JSON: ")
        for token in tokenizer.encode(text):
            alone.take(0, token)
        assert np.array_equal(row, alone.rows[0]), text
    assert len({row.tobytes() for row in masks.rows}) >= 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_fills_masks_of_its_own():
    """Many masks are filled by threads, which a fork leaves behind."""
    env = gymnasium.make_vec("FormalGrammarToken-v0", num_envs=4, mask="grammar")
    env.reset(seed=0)
    process = multiprocessing.get_context("fork").Process(target=env.reset, kwargs={"seed": 1})
    process.start()
    process.join(20)
    process.kill()
    assert process.exitcode == 0


UNLIKE = {  # what llguidance makes of them, and their own parser
    "priority": ('start: A "c" | B "d"\nA.2: /a/\nB: /ab/', "lalr", "no token can follow 'abd'"),
    "states": (
        'v: NAME\nr: "*" v S1\nS1: ";"\nst: r | v\nS2: ";"\nstart: st S2\nNAME: /[a-b]+/',
        "lalr",
        "no token can follow '[ab]+;'",
    ),
    "space": ('start: "C" WS "S"\n%import common.WS\n%ignore WS', "earley", "refuses 'S' after 'C *', with which"),
    "lazy": ('start: C "x"?\nC: /a.*?b/', "lalr", "refuses its end after 'a.*bx', with which"),
}


@pytest.mark.parametrize(("grammar", "parser", "message"), UNLIKE.values(), ids=UNLIKE)
def test_masks_that_refuse_sentences_or_end_in_nothing_are_refused(grammar, parser, message):
    with pytest.raises(ConfigError, match=message):
        gymnasium.make(
            "FormalGrammarToken-v0",
            **{"grammar": grammar, "parser": parser, "mask": "grammar", "tokenizer": "char", "prompt": "write: "},
        )


@pytest.mark.parametrize(("grammar", "parser", "message"), UNLIKE.values(), ids=UNLIKE)
def test_no_text_under_a_mask_is_an_error_and_every_one_that_may_end_is_a_sentence(
    grammar, parser, message, monkeypatch
):
    """As if nothing had shown when the masks were made."""
    monkeypatch.setattr("formal_envs.envs.masks._try", lambda masks: None)
    task, tokenizer = task_and_tokenizer(
        "Grammar", {"grammar": grammar, "parser": parser, "prompt": "write: ", "tokenizer": "char", "split": "all"}
    )
    masks = GrammarMasks(task, tokenizer)
    ended = set()
    for seed in range(300):
        rng = random.Random(seed)
        masks.begin(0, "write: ")
        text = ""
        while len(text) < 12:
            token = int(rng.choice(np.flatnonzero(masks.rows[0])))
            if token == tokenizer.eos_id:
                ended.add((text, task.language.accepts(text), int(masks.rows[0].sum())))
                break
            text += tokenizer.decode([token])
            masks.take(0, token)
    assert all(right or allowed == 1 for _, right, allowed in ended)  # alone is EOS left where nothing can follow


def test_after_a_forbidden_token_eos_alone_is_left():
    env = gymnasium.make("FormalGrammarToken-v0", mask="grammar", prompt="JSON: ").unwrapped
    _, info = env.reset(seed=0)
    tokenizer = env.layout.tokenizer
    assert not info["action_mask"][tokenizer.encode("]")[0]]
    for token in tokenizer.encode("]") + tokenizer.encode("["):
        info = env.step(token)[-1]
        assert np.flatnonzero(info["action_mask"]).tolist() == [tokenizer.eos_id]


def test_without_the_option_masks_are_as_ever():
    env = gymnasium.make("FormalGrammarToken-v0").unwrapped
    _, info = env.reset(seed=0)
    assert np.array_equal(info["action_mask"], env.layout.first_mask)
    assert np.array_equal(
        gymnasium.make("FormalGrammarToken-v0", mask="any").unwrapped.action_masks(), info["action_mask"]
    )


@pytest.mark.parametrize(
    ("env_id", "options", "message"),
    [
        ("FormalSentimentToken-v0", {}, "needs a task with a grammar, which SentimentTask has not"),
        ("FormalArithToken-v0", {"mask": "gramar"}, "did you mean 'grammar'"),
        (
            "FormalGrammarToken-v0",
            {"grammar": 'start: /a(?=b)/ /b+/ "."'},
            "llguidance cannot use this grammar: (?s:.*)look",
        ),
    ],
)
def test_what_has_no_masks_says_so(env_id, options, message):
    with pytest.raises(ConfigError, match=message):
        gymnasium.make(env_id, **{"mask": "grammar", **options})


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(ConfigError, match=r"pip install 'formal-envs\[masks\]'"):
        gymnasium.make("FormalArithToken-v0", mask="grammar")


def test_plain_grammars_by_hand():
    grammar = plain_grammar(Language('start: "a/b" X* | "é\\n"i\nX: /[\\/ ]/\n%ignore /\\t/'))
    lines = grammar.splitlines()[1:]
    assert lines[0] == "start: r0"
    assert set(lines[1:]) >= {"T0: /[\\/ ]/", r"T1: /\x09/", "%ignore T1", 'T2: "a/b"'}


def test_characters_and_words_are_masked_alike():
    """A word is allowed where its characters are, one after the other."""
    task, words = task_and_tokenizer("Grammar", {"grammar": LOGIC, "size": 30})
    masks = [GrammarMasks(task, tokenizer) for tokenizer in (words, char_tokenizer(task.charset))]
    letters = char_tokenizer(task.charset)
    for prompt, solution in zip(*vars(task.sample(keys(5, 8))).values(), strict=True):
        for each in masks:
            each.begin(0, prompt)
        for token in words.encode(solution):
            for n, word in enumerate(words.tokens):
                copy = pickle.loads(pickle.dumps(masks[1]))
                right = True
                for letter in letters.encode(word):
                    right = right and bool(copy.rows[0, letter])
                    copy.take(0, letter)
                assert right == masks[0].rows[0, n], (prompt, solution, word)
            masks[0].take(0, token)
            for letter in letters.encode(words.decode([token])):
                masks[1].take(0, letter)
