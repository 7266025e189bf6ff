"""Folders for OpenEnv: its own validation, static and running, the kit's graders, a client without this package."""

import subprocess
import sys

import pytest

pytest.importorskip("openenv.validation")

from local_provider import LocalProvider
from openenv.validation import Level, run_validation
from openenv.validation.types import Verdict

from formal_envs.adapters.exports import openenv
from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.openenv_graders import validate

WORDS = 'start: WORD (" " WORD)*\nWORD: "a" | "be" | "sea"\n'
PACKAGES = {
    "formal_arith": ("FormalArith-v0", {"terms": 3}),
    "formal_game": ("FormalGame-v0", {"playouts": 10}),
    "formal_sentiment": ("FormalSentiment-v0", {}),
    "formal_json": ("FormalGrammar-v0", {}),
    "formal_words": ("FormalGrammar-v0", {"grammar": WORDS, "size": 20}),
}


@pytest.fixture(scope="module", params=PACKAGES)
def package(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package") / request.param
    openenv.write(folder, Environment.of(*PACKAGES[request.param]))
    return folder


def statuses(results):
    return {result.check_id: result.status.value for result in results}


def test_the_static_validation_passes(package):
    report = run_validation(package, max_level=Level.STATIC)
    assert statuses(report.results) == {"static.manifest": "pass"}
    assert report.verdict is Verdict.PASS


@pytest.mark.process
@pytest.mark.slow
def test_the_running_validation_passes(package):
    report = run_validation(package, max_level=Level.RUNTIME, provider=LocalProvider())
    found = statuses(report.results)
    ran = ("runtime.startup", "runtime.reward_well_formed", "runtime.observation_schema", "runtime.state_contract")
    assert {check: found.pop(check) for check in ran} == dict.fromkeys(ran, "pass"), report.results
    assert found.pop("static.manifest") == "pass"
    assert set(found.values()) == {"skip"}  # what openenv has no grader for yet, and its network, which needs an image


@pytest.mark.process
@pytest.mark.slow
def test_the_graders_of_the_kit_pass(package):
    found = validate(package)
    assert {result.status.value for result in found} == {"pass"}, [result.evidence for result in found]


@pytest.mark.process
def test_a_client_needs_nothing_of_this_package(package):
    code = """
import sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "formal_envs":
            raise ImportError(name)
sys.meta_path.insert(0, Refused())
sys.path.insert(0, sys.argv[1])
package = __import__(sys.argv[2])
print(package.FormalAction(completion="29").completion, package.FormalEnv(base_url="http://localhost").base_url)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(package.parent), package.name], capture_output=True, text=True, check=False
    )
    assert done.stdout == "29 http://localhost\n", done.stderr
