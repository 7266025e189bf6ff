"""Measure what masks from a grammar cost a token, and how many masked random texts are sentences."""

from __future__ import annotations

import time
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from formal_envs.score import Score

NUM_ENVS = 16
STEPS = 400
"""Steps of all slots whose actions are drawn under the mask, outside the clock; they are played over and over."""
ROUNDS = 3
"""Environments with masks and without take turns this often, so that a change in the machine's pace reaches both."""
CLOSING, CLOSING_WEIGHT = (")", "]", "}", '"'), 100.0
"""What ends a text, a string or a bracket is drawn so many times as often as another token, or long texts never end."""
LOGIC = """
?start: [start "->"] either
?either: [either "|"] both
?both: [both "&"] factor
?factor: /[pqr]/ | "~" factor | "(" start ")"
%ignore " "
"""
SQL = """
start: "SELECT" columns "FROM" "animals" ["WHERE" condition] ["ORDER" "BY" COLUMN ["DESC"]]
columns: "*" | COLUMN ("," COLUMN)*
condition: comparison (("AND" | "OR") comparison)*
comparison: "legs" ("<" | "=" | ">") /[02468]/ | "name" "=" /'[a-z]{1,9}'/
COLUMN: "name" | "legs" | "wings"
%ignore " "
"""
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "FormalArith, characters": ("FormalArithToken-v0", {"tokenizer": "char"}),
    "FormalArith, chains": ("FormalArithToken-v0", {"tokenizer": "char", "answer": "chain"}),
    "FormalGrammar, JSON": ("FormalGrammarToken-v0", {}),
    "FormalGrammar, JSON, characters": ("FormalGrammarToken-v0", {"tokenizer": "char"}),
    "FormalGrammar, SQL": ("FormalGrammarToken-v0", {"grammar": SQL, "prompt": "query: "}),
    "FormalGrammar, logic": ("FormalGrammarToken-v0", {"grammar": LOGIC, "size": 30}),
    "FormalGame, infill": ("FormalGameToken-v0", {}),
    "FormalGame, compose": ("FormalGameToken-v0", {"mode": "compose"}),
}

_MASKS = ("grammar", "any")


class _NoReward:
    """Nothing for any text, so that scoring is not what is measured."""

    range = (0.0, 0.0)

    def score(self, prompt: str, completion: str) -> Score:
        return Score(0.0, {})


def bench_masks(seconds: float = 2.0) -> dict[str, dict[str, float]]:
    """Play the same actions, drawn under the mask, with masks and without.

    Args:
        seconds: CPU time for each environment, at least.

    Returns: for each case "vocabulary", the number of tokens; "masked_us" and "any_us", microseconds of CPU per token,
    with masks from the grammar and without; "ratio", the first over the second; "ended", the texts that ended with EOS;
    "valid", the share of these that are sentences.

    Raises:
        ConfigError: llguidance is missing.
    """
    return {name: _measured(*case, seconds) for name, case in CASES.items()}


def _measured(env_id: str, options: dict[str, Any], seconds: float) -> dict[str, float]:
    actions, ended, valid = _drawn(env_id, options)
    envs = {mask: gymnasium.make_vec(env_id, NUM_ENVS, mask=mask, reward=_NoReward(), **options) for mask in _MASKS}
    spent, played = dict.fromkeys(envs, 0.0), dict.fromkeys(envs, 0)
    for env in envs.values():
        _play(env, actions)  # caches fill outside the clock
    for _ in range(ROUNDS):
        for mask, env in envs.items():
            begin = time.process_time()
            while (now := time.process_time()) - begin < seconds / ROUNDS:
                _play(env, actions)
                played[mask] += actions.size
            spent[mask] += now - begin
    masked, free = (1e6 * spent[mask] / played[mask] for mask in _MASKS)
    rates = {"masked_us": round(masked, 2), "any_us": round(free, 2), "ratio": round(masked / free, 2)}
    size = envs["any"].single_action_space.n  # type: ignore[attr-defined]
    return {"vocabulary": float(size), **rates, "ended": float(ended), "valid": valid / ended if ended else 1.0}


def _play(env: Any, actions: NDArray[np.int64]) -> None:
    env.reset(seed=0)
    for action in actions:
        env.step(action)


def _drawn(env_id: str, options: dict[str, Any]) -> tuple[NDArray[np.int64], int, int]:
    """Random actions under the mask (steps, slots), how many texts end with EOS, and how many of them are sentences."""
    env: Any = gymnasium.make_vec(env_id, NUM_ENVS, mask="grammar", **options)
    tokenizer = env.layout.tokenizer
    closing = [tokenizer.decode([token]).strip() in CLOSING for token in range(tokenizer.vocab_size)]
    closing[tokenizer.eos_id] = True
    weights = np.where(closing, CLOSING_WEIGHT, 1.0)
    rng = np.random.default_rng(0)
    env.reset(seed=0)
    actions = np.empty((STEPS, NUM_ENVS), np.int64)
    ended = valid = 0
    for step in range(STEPS):
        masks = env.action_masks()
        keys = masks * rng.random(masks.shape) ** (1 / weights)
        actions[step] = keys.argmax(axis=1)  # in proportion to the weights
        info = env.step(actions[step])[-1]
        for slot in np.flatnonzero(actions[step] == tokenizer.eos_id).tolist():
            ended += 1
            valid += _is_sentence(info["final_info"], slot)
    return actions, ended, valid


def _is_sentence(info: dict[str, Any], slot: int) -> bool:
    """What a reward found: a game is one of the typed grammar unless its syntax or its types are wrong."""
    for part in ("well_formed", "sentence"):
        if part in info["parts"]:
            return bool(info["parts"][part][slot])
    return not str(info["failure"][slot]).startswith(("syntax error", "types error"))
