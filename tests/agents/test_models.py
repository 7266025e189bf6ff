"""Models made, loaded from folders of every kind, and asked for where there are none."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")

from tiny_models import tiny_causal  # noqa: E402

from agents.models.build import build_model, load_model, recompute_activations  # noqa: E402
from agents.runs.config import PPOConfig  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tokenizers import char_tokenizer  # noqa: E402

ROOT = Path(__file__).parents[2]
ARCHITECTURES = ["gpt2", "gpt_neox", "llama"]
IDS = torch.arange(3, 15).view(2, 6)


def logits(model):
    with torch.no_grad():
        return model(IDS).logits


def adapted(path, **settings):
    """A model with adapters that change what it says."""
    model = build_model(PPOConfig(model=path, lora_rank=2, lora_alpha=4.0, **settings), char_tokenizer("01")).eval()
    torch.manual_seed(1)
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.1)
    return model


def test_a_new_model_is_the_seeds():
    tokenizer = char_tokenizer("0123456789+=")
    before = torch.random.get_rng_state()
    config = PPOConfig(layers=3, width=8, heads=2, context=20, seed=5)
    first, second = (build_model(config, tokenizer) for _ in range(2))
    other = build_model(PPOConfig(layers=3, width=8, heads=2, context=20, seed=6), tokenizer)
    assert torch.equal(before, torch.random.get_rng_state())
    weights, again, different = (model.get_input_embeddings().weight for model in (first, second, other))
    assert torch.equal(weights, again)
    assert not torch.allclose(weights, different)
    assert weights.shape == (tokenizer.vocab_size, 8)
    assert (first.config.n_layer, first.config.n_head, first.config.n_positions) == (3, 2, 20)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_new_model_of_each_architecture(architecture):
    tokenizer = char_tokenizer("0123456789+=")
    model = build_model(PPOConfig(architecture=architecture, layers=2, width=24, heads=2, context=20), tokenizer)
    config = model.config
    assert config.model_type == architecture
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (2, 24, 2)
    assert config.max_position_embeddings == 20
    assert model.get_output_embeddings().weight is not model.get_input_embeddings().weight
    model.train()
    ids = torch.arange(10)[None]
    assert torch.equal(model(input_ids=ids).logits, model(input_ids=ids).logits)  # no dropout
    with pytest.raises(ConfigError, match=r"architecture .*llama"):
        PPOConfig(architecture="lama")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_folder_is_loaded_with_weights_of_32_bits(tmp_path, architecture):
    path = tiny_causal(tmp_path / "model", architecture)
    plain = transformers.AutoModelForCausalLM.from_pretrained(path)
    assert torch.equal(logits(load_model(path)), logits(plain))
    plain.bfloat16().save_pretrained(tmp_path / "half")
    half = load_model(str(tmp_path / "half"))
    assert {weights.dtype for weights in half.parameters()} == {torch.float32}
    assert torch.allclose(logits(half), logits(load_model(path)), atol=0.05)


def test_the_folder_of_a_run_stands_for_its_checkpoint(tmp_path):
    run = Run.create(tmp_path / "run", RunSpec.parse("FormalArith-v0", {}))
    with pytest.raises(ConfigError, match=r"run'.*no checkpoint yet"):
        load_model(str(run.folder))
    path = tiny_causal(run.checkpoint)
    (run.checkpoint / "trainer.pt").touch()
    assert torch.equal(logits(load_model(str(run.folder))), logits(load_model(path)))
    run.checkpoint.rename(run.folder / "checkpoint.old")
    assert load_model(str(run.folder)).name_or_path == str(run.folder / "checkpoint.old")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_adapters_start_as_the_model_and_are_all_that_is_trained(tmp_path, architecture):
    path = tiny_causal(tmp_path, architecture)
    config = PPOConfig(model=path, lora_rank=2, seed=3)
    before = torch.random.get_rng_state()
    model = build_model(config, char_tokenizer("01")).eval()
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(logits(model), logits(load_model(path)))
    trained = {name for name, weights in model.named_parameters() if weights.requires_grad}
    assert trained == {name for name, _ in model.named_parameters() if "lora_" in name}
    linear = {module for name, module in model.named_modules() if hasattr(module, "lora_A")}
    assert len(linear) == {"gpt2": 4, "gpt_neox": 4, "llama": 7}[architecture] * 2  # of each layer, in two layers
    assert model.get_output_embeddings() not in linear
    assert model.get_input_embeddings() not in linear
    again = build_model(config, char_tokenizer("01"))
    assert all(
        torch.equal(*pair) for pair in zip(model.state_dict().values(), again.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_adapters_are_merged_into_the_model_they_belong_to(tmp_path, architecture, monkeypatch):
    path = tiny_causal(tmp_path / "base", architecture)
    monkeypatch.chdir(tmp_path)
    model = adapted("base")  # a relative path
    model.save_pretrained(tmp_path / "one", save_embedding_layers=False)
    assert not torch.allclose(logits(model), logits(load_model(path)), atol=0.01)
    monkeypatch.chdir("/")
    merged = load_model(str(tmp_path / "one"))
    assert torch.allclose(logits(merged), logits(model), atol=1e-5)
    assert isinstance(merged, transformers.PreTrainedModel)
    assert all(weights.requires_grad for weights in merged.parameters())

    merged.save_pretrained(tmp_path / "whole")  # as any model's
    assert torch.equal(logits(transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "whole")), logits(merged))

    second = adapted(str(tmp_path / "one"))  # adapters on adapters
    assert not torch.allclose(logits(second), logits(merged), atol=0.01)
    second.save_pretrained(tmp_path / "two", save_embedding_layers=False)
    assert torch.allclose(logits(load_model(str(tmp_path / "two"))), logits(second), atol=1e-5)


def test_adapters_need_a_model_and_say_which():
    with pytest.raises(ConfigError, match="set model, or lora_rank=0"):
        build_model(PPOConfig(lora_rank=2), char_tokenizer("01"))


def test_adapters_without_the_name_of_their_model_are_refused(tmp_path):
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": None, "peft_type": "LORA"}))
    with pytest.raises(ConfigError, match="do not say which model"):
        load_model(str(tmp_path))


def test_settings_reach_the_model(tmp_path):
    path = tiny_causal(tmp_path)
    tokenizer = char_tokenizer("01")
    for rank in (0, 2):
        for wanted in (False, True):
            model = build_model(PPOConfig(model=path, lora_rank=rank, gradient_checkpointing=wanted), tokenizer)
            layer = "base_model.model.transformer.h.0" if rank else "transformer.h.0"
            calls = []
            model.get_submodule(f"{layer}.attn").register_forward_hook(lambda *_, calls=calls: calls.append(1))
            model.eval()(IDS, use_cache=False).logits.sum().backward()
            assert len(calls) == 1 + wanted
    with pytest.raises(ConfigError, match="gradient_checkpointing"):
        recompute_activations(torch.nn.Linear(2, 2))


def test_a_folder_without_a_model_says_so(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"no causal language model at '.*empty'"):
        load_model(str(tmp_path / "empty"))
    path = tiny_causal(tmp_path / "broken")
    (tmp_path / "broken" / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match=r"no causal language model at '.*broken'.*safetensors"):
        load_model(path)
    with pytest.raises(ConfigError, match=r"'\./no-such-folder': there is no such folder, and a hub has no such names"):
        load_model("./no-such-folder")


class Hub(BaseHTTPRequestHandler):
    """A model hub on this machine that has nothing, and keeps a list of what it was asked."""

    asked: tuple[str, ...] = ()

    def do_HEAD(self):
        Hub.asked += (self.path,)
        status, code = {"closed": (403, "GatedRepo"), "broken": (500, ""), "adapter": (404, "EntryNotFound")}.get(
            self.path.split("/")[1], (404, "RepoNotFound")
        )
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Hub.asked = ()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def errors_of(names, home, **environment):
    """What ``check_model_name`` says of each name in a process of its own, for the hub's address is read but once."""
    code = (
        "import json, sys\nfrom agents.runs.spec import check_model_name\nsaid = {}\n"
        "for name in sys.argv[1:]:\n"
        "    try: said[name] = check_model_name(name)\n"
        "    except ValueError as error: said[name] = str(error)\n"
        "print(json.dumps([said, 'torch' in sys.modules]))"
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *names],
        env={**inherited, "HF_HOME": str(home), "PYTHONPATH": str(ROOT), **environment},
        cwd=home,
        check=True,
        capture_output=True,
        text=True,
    )
    said, torch_loaded = json.loads(done.stdout)
    assert not torch_loaded
    return said


@pytest.mark.process
def test_a_name_that_the_hub_does_not_know_is_told_from_a_hub_out_of_reach(tmp_path, hub):
    (tmp_path / "folder").mkdir()
    said = errors_of(["folder", "nobody/nothing", "closed/one", "broken/one", "adapter/one"], tmp_path, HF_ENDPOINT=hub)
    assert said["folder"] is None
    assert said["adapter/one"] is None
    assert "no such folder, and the model hub has no public model of that name" in said["nobody/nothing"]
    assert "lets only some users have it" in said["closed/one"]
    assert "cannot be reached (" in said["broken/one"]
    asked = Counter(path.split("/")[1] for path in Hub.asked)
    asked["broken"] = min(asked["broken"], 1)  # before huggingface_hub 1.0 a broken server was asked again
    assert asked == dict.fromkeys(("nobody", "closed", "broken", "adapter"), 1)

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # nobody listens
        dead = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        unreached = errors_of(["gpt2"], tmp_path, HF_ENDPOINT=dead)["gpt2"]
    offline = errors_of(["gpt2"], tmp_path, HF_HUB_OFFLINE="1")["gpt2"]
    for message in (unreached, offline):
        assert message.startswith("no causal language model at 'gpt2': there is no such folder, and the model hub can")
        assert "Without a network leave out --model" in message
        assert "formal-envs sft" in message
    assert "refused" in unreached
    assert "offline" in offline.lower()


@pytest.mark.process
def test_a_model_that_was_downloaded_before_needs_no_hub(tmp_path):
    cached = tmp_path / "hub" / "models--some--one"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("abc")
    (cached / "snapshots" / "abc").mkdir(parents=True)
    (cached / "snapshots" / "abc" / "config.json").write_text("{}")
    assert errors_of(["some/one"], tmp_path, HF_HUB_OFFLINE="1") == {"some/one": None}
