"""Masks of whole games: what is written under them at random, and that no game that is known is refused."""

import random
import re

import pytest
from game_texts import rows
from test_lengths import written

from formal_envs.envs.masks import GrammarMasks
from formal_envs.ludii.language.names import MAX_PLAYERS
from formal_envs.ludii.language.typed_grammar import MAX_NAME, MAX_SIZE
from formal_envs.tasks import make_task
from formal_envs.tasks.game.corpus import canonical
from formal_envs.tasks.game.reward import GameReward
from formal_envs.tokenizers import VocabularyTokenizer

pytest.importorskip("llguidance")

COUNTS = ("a game has one board", "a game has a phase", "the equipment has no board", "players must lie")
LIMIT = 64


@pytest.fixture(scope="module")
def task():
    return make_task("Game", mode="compose", brief="empty", split="all")[0]


@pytest.fixture(scope="module")
def tokenizer(task):
    return VocabularyTokenizer(task.vocabulary)


@pytest.mark.slow
def test_the_reward_knows_what_to_say_of_every_random_text(task, tokenizer):
    """No text is an error of ours, and none has a wrong number of boards, phases, end rules or players."""
    masks, rng = GrammarMasks(task, tokenizer, limit=LIMIT), random.Random(6)
    texts = [written(masks, tokenizer, "\n", LIMIT, rng) for _ in range(120)]
    scores = GameReward(playouts=1).score_batch(["\n"] * len(texts), texts)
    for text, score in zip(texts, scores, strict=True):
        assert not any(count in (score.failure or "") for count in COUNTS), text
        assert "(end {})" not in text
        assert all(len(name) <= MAX_NAME for name in re.findall(r'\(piece "([^"]*)"', text))
        assert all(int(count) <= MAX_PLAYERS for count in re.findall(r"\(players ([0-9]+)", text))
        assert all(int(size) <= MAX_SIZE for size in re.findall(r"\((?:square|hex|mancalaBoard) ([0-9]+)", text))
    assert any(score.parts["plays"] for score in scores)  # a random game is a game now and then


def test_no_published_game_is_refused(task, tokenizer):
    masks = GrammarMasks(task, tokenizer)
    for game in rows("games")[::20]:
        masks.begin(0, "\n")
        for token in tokenizer.encode(canonical(game["text"])):
            assert masks.rows[0, token], game["name"]
            masks.take(0, token)
        assert masks.rows[0, tokenizer.eos_id], game["name"]
