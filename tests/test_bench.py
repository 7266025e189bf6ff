"""The benchmarks run and print every figure; how fast anything is, is not a test's business."""

import json

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


def test_bench_ppo():
    pytest.importorskip("torch")
    result = CliRunner().invoke(main, ["bench", "ppo", "--steps", "10", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    assert "update_prompts_per_second" in result.output


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
