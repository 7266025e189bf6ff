"""The benchmarks run and print every figure; how fast anything is, is not a test's business."""

import json

import pytest
from click.testing import CliRunner

from agents.cli import main


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
