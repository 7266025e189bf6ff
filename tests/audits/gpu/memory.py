"""The memory of whole steps of PPO: 256 completions of 48 tokens with a vocabulary of 50,257."""

from __future__ import annotations

import shutil
import statistics

from part import Part
from stand_ins import folder_of

from agents.ppo import train
from agents.runs.folder import Run
from agents.runs.spec import RunSpec

ALLOWED = 24
"""GiB that such a step of GPT-2 small may take."""
VARIANTS = {
    "default": {},
    "exact KL": {"kl_estimator": "full"},
    "micro_batch 8": {"micro_batch": 8},
    "LoRA": {"lora_rank": 16},
}


def measure_memory(part: Part) -> None:
    """The most memory of a run of some steps, and its tokens per second over whole steps, in variants.

    Raises:
        AssertionError: one of them takes more than ``ALLOWED``.
    """
    settings = {"model": folder_of(part, "gpt2"), "device": part.device.type, "bf16": part.device.type == "cuda"}
    settings |= {"prompts": part.pick(32, 4), "completions": part.pick(8, 2), "max_tokens": part.pick(48, 8)}
    settings |= {"steps": 3, "test_episodes": 1, "entropy_coef": 0.01, "batch_entropy_coef": 0.01}
    peaks = {}
    for name, changes in part.pick(VARIANTS, {"default": {}}).items():
        out = part.work / "memory"
        spec = RunSpec.parse("FormalSentiment-v0", {**settings, **changes})
        part.forget_peak()
        train(spec, out)
        peaks[name] = part.peak_gib()
        rows = Run.open(out).metrics()[1:]
        shutil.rmtree(out)
        written = rows[0]["completion_tokens"] * settings["prompts"] * settings["completions"]
        seconds = statistics.mean(row["sample_seconds"] + row["update_seconds"] for row in rows)
        part.note(
            name,
            {
                "peak_gib": peaks[name],
                "completion_tokens": rows[0]["completion_tokens"],
                "sample_seconds": rows[-1]["sample_seconds"],
                "update_seconds": rows[-1]["update_seconds"],
                "tokens_per_second": written / seconds,
            },
        )
    above = {name: peak for name, peak in peaks.items() if peak is not None and peak > ALLOWED}
    assert not above, f"more than {ALLOWED} GiB: {above}"
