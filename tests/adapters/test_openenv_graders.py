"""Graders of OpenEnv's validation, by that package's own parser, registry, scheduler and policy."""

import json
from importlib.metadata import EntryPoint, entry_points

import pytest

validation = pytest.importorskip("openenv.validation")

from openenv.validation.runner import default_grader_registry  # noqa: E402
from openenv.validation.runtime.scheduler import execute_graders  # noqa: E402

from formal_envs.adapters.openenv_graders import GRADERS, RewardWellFormed, validate  # noqa: E402

MANIFEST = """
name: sums
validation:
  reward: {range: [0.0, 1.0], oracle_tolerance: TOLERANCE, floor_margin: 0.5}
  resources: {cpu: 1, memory_mb: 512, disk_mb: 64, episode_timeout_s: 60}
  capabilities: {verifier: {kind: reward_channel}, canaries: validation/canaries.jsonl}
  types: {tags: [math]}
"""
REWARDS = {
    "exact": "return float(completion.strip() == solution)",
    "nearly": "return 0.95 * (completion.strip() == solution)",
    "contains": "return float(solution in completion)",
    "generous": "return 1.0 if completion.strip() in ('', solution) else 0.0",
    "raises": "return float(int(completion) == int(solution))",
    "random": "import random; return random.random() * (completion.strip() == solution)",
    "canary": "return 1.0 if completion.strip() == solution else 0.1 * (completion == 'I give up')",
}
SEMANTIC = {grader.check_id for grader in GRADERS}


def package(folder, reward, tolerance=0.0):
    (folder / "validation").mkdir()
    (folder / "openenv.yaml").write_text(MANIFEST.replace("TOLERANCE", str(tolerance)), encoding="utf-8")
    (folder / "rewards.py").write_text(f"def reward(completion, solution):\n    {REWARDS[reward]}\n", encoding="utf-8")
    declared = {"reward": "rewards.py:reward", "problems": "validation/problems.jsonl", "options": {"budget": 60}}
    problems = [{"prompt": "6+8=", "solution": "14"}, {"prompt": "1+1=", "solution": "2"}]
    canary = {"prompt": "6+8=", "solution": "14", "completion": "I give up"}
    files = {"check_reward.json": [declared], "problems.jsonl": problems, "canaries.jsonl": [canary]}
    for name, rows in files.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "validation" / name).write_text(text, encoding="utf-8")
    return folder


def statuses(results):
    return {result.check_id: result.status.value for result in results}


@pytest.mark.parametrize(
    ("reward", "failing", "skipped"),
    [
        ("exact", set(), set()),
        ("nearly", {"semantic.oracle_max"}, set()),
        ("contains", {"statistical.adversarial_floor"}, set()),
        ("generous", {"semantic.floor_gap", "statistical.adversarial_floor"}, set()),
        ("canary", {"semantic.canary_floor"}, set()),
        ("raises", {"runtime.reward_well_formed", "semantic.floor_gap", "semantic.canary_floor"}, set()),
        ("random", {"semantic.verifier_determinism"}, SEMANTIC - {"semantic.verifier_determinism"}),
    ],
)
def test_each_id_finds_its_fault(tmp_path, reward, failing, skipped):
    found = statuses(validate(package(tmp_path, reward)))
    assert set(found) == {"runtime.reward_well_formed", *SEMANTIC}
    assert {name for name, status in found.items() if status == "fail"} >= failing
    assert {name for name, status in found.items() if status == "skip"} == skipped
    if reward in ("exact", "nearly", "contains", "canary"):
        assert {name for name, status in found.items() if status == "fail"} == failing


def test_a_declared_tolerance_is_kept_to(tmp_path):
    assert statuses(validate(package(tmp_path, "nearly", 0.05)))["semantic.oracle_max"] == "pass"


def test_the_policy_takes_the_results(tmp_path):
    policy = validation.load_policy("v2")
    results = validate(package(tmp_path, "exact"))
    assert validation.apply_policy(results, policy, validation.Lane.HUB) is validation.Verdict.PASS


def test_without_a_declaration_all_is_skipped_and_says_why(tmp_path):
    (package(tmp_path, "exact") / "validation" / "check_reward.json").unlink()
    results = validate(tmp_path)
    assert set(statuses(results).values()) == {"skip"}
    assert any("check_reward.json" in line for result in results for line in result.evidence)


def test_what_lies_outside_of_the_package_is_not_run(tmp_path):
    (tmp_path / "outside.py").write_text("raise SystemExit('was run')", encoding="utf-8")
    (tmp_path / "package").mkdir()
    root = package(tmp_path / "package", "exact")
    declared = {"reward": "../outside.py:reward", "problems": "validation/problems.jsonl"}
    (root / "validation" / "check_reward.json").write_text(json.dumps(declared), encoding="utf-8")
    first = validate(root)[0]
    assert first.status is validation.CheckStatus.ERROR


def test_they_are_entry_points_beside_openenv_s_own(tmp_path):
    """The registry of a run takes them all; the one whose id OpenEnv has itself it would not take."""
    ours = [each for each in entry_points(group=validation.ENTRY_POINT_GROUP) if each.value.startswith("formal_envs.")]
    assert all(isinstance(each, EntryPoint) for each in ours)
    assert {each.load() for each in ours} == set(GRADERS)
    registry = default_grader_registry(validation.load_policy("v2"))
    assert registry.load_entry_points() >= len(GRADERS)
    with pytest.raises(ValueError, match="already registered"):
        registry.register(RewardWellFormed())
    root = package(tmp_path, "exact")
    from openenv.validation.parsers.openenv_yaml import OpenEnvYamlParser

    manifest = OpenEnvYamlParser().parse(root)
    selected = registry.select(manifest, validation.Level.STATISTICAL)
    subject = validation.Subject(root=root, manifest=manifest, image_ref=None, running=None, outputs_dir=root)
    found = statuses(execute_graders([each for each in selected if each.check_id in SEMANTIC], subject))
    assert found == dict.fromkeys(SEMANTIC, "pass")
