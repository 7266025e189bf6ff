"""verl's own configuration, data set and reward managers, with what the documents say: `make verl` installs it."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("verl", exc_type=ImportError)

import torch
from hydra import compose, initialize_config_module
from hydra.errors import ConfigCompositionException
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from verl import DataProto
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

from formal_envs.adapters.files import WRITERS
from formal_envs.adapters.rows import rows, score
from formal_envs.adapters.verl import verl_row
from formal_envs.score import Unscored

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "other_trainers.md"
PATH = "reward.custom_reward_function.path="
OURS = f"{PATH}pkg://formal_envs.adapters.verl"
CHARACTERS = "0123456789+-*=() abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Rows as verl reads them, and a tokenizer of single characters."""
    made = tmp_path_factory.mktemp("verl")
    WRITERS["parquet"](map(verl_row, rows("FormalArith-v0", 9)), made / "train.parquet")
    vocabulary = {name: number for number, name in enumerate(["<pad>", "<eos>", *CHARACTERS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.decoder = decoders.Fuse()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>").save_pretrained(made)
    return made


def configured(*settings):
    with initialize_config_module("verl.trainer.config", version_base=None):
        return compose("ppo_trainer", list(settings))


def manager_and_rows(folder, *settings):
    config = configured(f"data.train_files={folder / 'train.parquet'}", *settings)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    read = RLHFDataset(data_files=config.data.train_files, tokenizer=tokenizer, config=config.data)
    return load_reward_manager(config, tokenizer), read


def paid(manager, row, text):
    responses = manager.tokenizer(text, return_tensors="pt").input_ids
    batch = DataProto.from_single_dict({**collate_fn([row]), "responses": responses})
    batch.batch["attention_mask"] = torch.ones_like(responses)
    return manager.loop.run_until_complete(manager.run_single(batch))


def settings_of(page):
    """The settings of verl that the page shows as its command takes them."""
    found = re.findall(r"^ +(reward\.\S+?)(?: \\)?$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(found) >= 4
    return found


def test_its_configuration_takes_what_the_page_says():
    reward = configured(*settings_of(PAGE)).reward
    assert reward.custom_reward_function.path == "pkg://formal_envs.adapters.verl"
    assert reward.custom_reward_function.name == "compute_score"
    assert (reward.reward_manager.name, reward.num_workers) == ("remote", 8)
    with pytest.raises(ConfigCompositionException, match="reward_functions"):
        configured("reward.reward_functions.path=x")


def test_its_manager_pays_what_the_environment_does(folder):
    manager, read = manager_and_rows(folder, OURS)
    for number, row in enumerate(rows("FormalArith-v0", 3)):
        for text in (row["solution"], "7", "seven"):
            wanted, found = score(row["id"], text), paid(manager, read[number], text)
            assert found["reward_score"] == wanted.value
            assert found["reward_extra_info"] == {**wanted.parts, "score": wanted.value}


def test_the_key_of_earlier_versions_is_read_and_not_looked_at(folder):
    old = ("custom_reward_function.path=pkg://formal_envs.adapters.verl", "custom_reward_function.name=compute_score")
    manager, read = manager_and_rows(folder, *old)
    with pytest.raises(NotImplementedError, match="FormalArith-v0"):
        paid(manager, read[0], "29")


def test_a_score_that_cannot_be_given_is_not_a_reward(folder, monkeypatch):
    def down(*arguments, **options):
        return [Unscored("the server is down")]

    monkeypatch.setattr("formal_envs.adapters.verl.score_batch", down)
    manager, read = manager_and_rows(folder, OURS)
    with pytest.raises(Unscored, match="the server is down"):
        paid(manager, read[0], "29")


def served_code(folder):
    """The page's function that asks a server, in a file of its own."""
    (code,) = re.findall(r"^```python\n(# served.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (folder / "served.py").write_text(code, encoding="utf-8")
    return folder / "served.py"


def test_a_function_that_waits_is_for_threads_alone(folder):
    pytest.importorskip("httpx2")
    with pytest.raises(AssertionError, match="not supported in remote"):
        manager_and_rows(folder, f"{PATH}{served_code(folder)}", "reward.reward_manager.name=remote")


@pytest.mark.process
def test_a_function_that_waits_asks_a_server(folder, monkeypatch):
    pytest.importorskip("httpx2")
    pytest.importorskip("uvicorn")
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = served_code(folder)
    code.write_text(code.read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{port}"), encoding="utf-8")
    command = [sys.executable, "-m", "formal_envs", "serve", "FormalArith-v0", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:
        try:
            asyncio.run(answers("127.0.0.1", port))
            manager, read = manager_and_rows(folder, f"{PATH}{code}")
            for text in ("29", "7"):
                wanted = score(read[0]["extra_info"]["id"], text)
                assert paid(manager, read[0], text)["reward_score"] == pytest.approx(wanted.value)
        finally:
            server.terminate()


async def answers(host, port):
    """Wait until there is a server."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize(("manager", "own"), [("naive", False), ("remote", False), ("remote", True)])
def test_the_example_is_paid_in_threads_and_in_processes(folder, manager, own):
    pytest.importorskip("ray")
    mine = folder / "mine.py"
    code = (
        "from formal_envs.adapters.verl import make_compute_score\ncompute_score = make_compute_score([{'terms': 3}])\n"
    )
    mine.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "examples/verl_reward.py", "--rows", folder / "train.parquet", "--tokenizer", folder),
            f"reward.reward_manager.name={manager}",
            *([f"{PATH}{mine}"] if own else []),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert f"{manager.capitalize()}RewardManager, 2 workers" in done.stdout
    for row in rows("FormalArith-v0", 3):
        assert f"{row['prompt']}7        {score(row['id'], '7').value:.4f}" in done.stdout
