"""The benchmarks run and print every figure; how fast anything is, is not a test's business."""

import json

import click
import pytest
from click.testing import CliRunner

from agents.cli import main
from formal_envs.envs.mask_bench import CASES
from formal_envs.errors import ConfigError
from formal_envs.ludii import evaluate_game
from formal_envs.ludii.conformance.peer_games import GAMES
from formal_envs.ludii.conformance.peers import bench_peers


def test_bench_arith():
    result = CliRunner().invoke(main, ["bench", "arith", "--seconds", "0.1", "--json"])
    rates = json.loads(result.output)["per_cpu_second"]
    assert len(rates) >= 4
    assert all(rate > 0 for rate in rates.values())


@pytest.mark.process
def test_bench_scoring():
    pytest.importorskip("psutil")
    from agents.bench.scoring import bench_scoring

    result = bench_scoring(2, share=0.02)
    assert result.pop("load") >= 0
    assert set(result) == {"vader", "games", "10 ms of Python"}
    for row in result.values():
        assert set(row) == {"here", "1", "2", "gain", "cpu_gain"}
        assert all(row[way] > 0 for way in ("here", "1", "2", "gain"))
    assert result["10 ms of Python"]["1"] < 100 < 2 * result["vader"]["here"]


def test_operations_are_those_of_a_batch_counted_by_hand():
    torch = pytest.importorskip("torch")
    from agents.bench.flops import Weights, forward_flops
    from agents.rollout import Rollout

    prompt_mask = torch.tensor([[0, 1, 1], [1, 1, 1]])  # two prompts, of 2 and 3 tokens
    mask = torch.tensor([[[1, 1, 1, 1], [1, 1, 0, 0]], [[1, 0, 0, 0], [1, 1, 1, 0]]])  # completions of 4, 2, 1 and 3
    empty = torch.zeros(())
    fields = dict.fromkeys(Rollout._fields, empty)
    batch = Rollout(**{**fields, "prompt_mask": prompt_mask, "mask": mask, "tokens": mask})
    # Read: 5 of prompts, and 3 + 1 + 0 + 2 of completions. Drawn from: one distribution per prompt, and the 6 behind.
    assert forward_flops(Weights(100, 10), batch) == 2 * (100 * (5 + 6) + 10 * (2 + 6))
    # Of 5 tokens of prompts 3 are not the last.
    assert forward_flops(Weights(100, 10, 40), batch) == 2 * (100 * (5 + 6) - 40 * 3 + 10 * (2 + 6))


def test_weights_that_count_are_those_of_layers_and_of_the_output():
    pytest.importorskip("torch")
    from agents.bench.flops import count_weights
    from agents.models.build import build_model
    from agents.models.policy import Policy
    from agents.runs.spec import RunSpec

    spec = RunSpec.parse("FormalArith-v0", {"layers": 3, "width": 16, "heads": 2})
    layout = spec.layout()
    policy = Policy(build_model(spec.config, layout.tokenizer), layout)
    # A layer of GPT-2 has 12 w^2: 3 for queries, keys and values, 1 behind attention, 4 + 4 around the activation.
    # Of the last one, 9 are for the last token alone.
    assert count_weights(policy) == (3 * 12 * 16**2, 16 * layout.tokenizer.vocab_size, 9 * 16**2)


@pytest.mark.train
@pytest.mark.parametrize("env", ["FormalArith-v0", "FormalGame-v0"])
def test_bench_ppo(env):
    pytest.importorskip("torch")
    from agents.bench.ppo import bench_ppo
    from agents.commands.bench import show_ppo

    small = {"prompts": 4, "completions": 2, "max_tokens": 3, "width": 16, "heads": 2, "layers": 1}
    result = bench_ppo(env, 2, "cpu", **small)
    assert 8 <= result["tokens_per_step"] <= 24
    for clock in ("wall", "cpu"):
        per_step = 0.0
        for part, times in (("sampling", 1), ("update", 3)):
            tokens, flops, share = (values[clock] for values in result[part].values())
            assert share == pytest.approx(flops / result["sgemm_peak"][clock])
            assert 0 < share < 1
            per_step += result["tokens_per_step"] / tokens
            assert flops / tokens == pytest.approx(times * flops_per_token(result))
        assert 1 / per_step == pytest.approx(result["steps_per_second"][clock])
    shown = CliRunner().invoke(click.command()(lambda: show_ppo(result, False)))
    assert "% of the peak" in shown.output, shown.output


def flops_per_token(result):
    """FLOP of a forward pass for each generated token."""
    return result["sampling"]["flops_per_second"]["wall"] / result["sampling"]["tokens_per_second"]["wall"]


@pytest.mark.train
def test_bench_trl(monkeypatch):
    pytest.importorskip("trl")
    from agents.bench.trl import SETTINGS

    for name, value in {"prompts": 4, "completions": 2, "width": 16, "layers": 1, "max_tokens": 3}.items():
        monkeypatch.setitem(SETTINGS, name, value)
    done = CliRunner().invoke(main, ["bench", "trl", "--steps", "2", "--json"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout.splitlines()[-1])
    for clock in ("wall", "cpu"):
        assert result["ratio"][clock] == pytest.approx(result["ours"][clock] / result["trl"][clock])
        assert result["trl"][clock] > 0


def test_bench_masks(monkeypatch):
    pytest.importorskip("llguidance")
    monkeypatch.setattr("formal_envs.envs.mask_bench.STEPS", 60)
    for name in [name for name in CASES if name not in ("FormalArith, characters", "FormalGrammar, SQL")]:
        monkeypatch.delitem(CASES, name)
    result = CliRunner().invoke(main, ["bench", "masks", "--seconds", "0.1", "--json"])
    rows = json.loads(result.output)
    assert len(rows) == 2
    for row in rows.values():
        assert row["ratio"] == pytest.approx(row["masked_us"] / row["any_us"], abs=0.02)
        assert row["valid"] == 1
        assert row["ended"] > 0
    assert rows["FormalArith, characters"]["ended"] > 100


@pytest.mark.process
def test_bench_peers():
    result = CliRunner().invoke(main, ["bench", "peers", "--seconds", "0.05", "--game", "Reversi", "--json"])
    assert result.exit_code == 0, result.output
    row = json.loads(result.output.splitlines()[0])
    assert row["rate"] > 0
    assert row["first_s"] > 0
    assert row["length"] == pytest.approx(60.3, abs=1)  # as of other engines' random games
    with pytest.raises(ConfigError, match="unknown game 'Chess'"):
        next(bench_peers(names=("Chess",)))


@pytest.mark.parametrize("name", GAMES)
def test_games_of_peers_are_played(name):
    report = evaluate_game(GAMES[name].text(), playouts=1)
    assert report.playable, report.error
