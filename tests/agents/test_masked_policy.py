"""A policy under the masks of a grammar: what it writes, and that it says with what probability."""

import json
import math
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("llguidance")

from click.testing import CliRunner  # noqa: E402
from devices import DEVICE  # noqa: E402
from judges import is_sentence  # noqa: E402
from killed_runs import whole_and_killed  # noqa: E402
from tiny_runs import SMALL, check_first_loss, draw, make_policy, roll_out, terms_of, without_times  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.models.build import new_model, recompute_activations  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.models.texts import begin_masks, encode_prompts  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.envs.token import TokenLayout  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

GROUP = 8
CHAIN = {"answer": "chain", "tokenizer": "char", "terms": 3}
CASES = [
    ("Grammar", {}, "word"),
    ("Grammar", {"prompt": "JSON: "}, "char"),
    ("Arith", {"answer": "chain", "terms": 3, "operators": "+-"}, "char"),
    ("Game", {}, "word"),
]


@pytest.fixture(params=CASES, ids=str)
def written(request):
    """Completions under masks by a model of random weights that likes to close what is open: all that was made of it.

    The model has more embeddings than the tokenizer has tokens.
    """
    name, options, tokenizer = request.param
    task, _ = make_task(name, **options)
    prompts = sorted(task.sample(problem_keys(seeded_stream(2), np.arange(40))).prompts, key=len)[:6]
    layout = TokenLayout(task, tokenizer, 40, "grammar")
    tokenizer = layout.tokenizer
    torch.manual_seed(0)
    model = new_model(tokenizer, 1, 16, 2, 640)
    model.resize_token_embeddings(tokenizer.vocab_size + 9, mean_resizing=False)
    policy = Policy(model, layout).to(DEVICE)
    closing = [tokenizer.decode([n]).strip() in (")", "}", "]", '"', "") for n in range(tokenizer.vocab_size)]
    head = model.get_output_embeddings().weight
    with torch.no_grad():
        head.normal_(std=0.5)
        torch.nn.init.normal_(policy.value_head.weight)
        bias = torch.where(torch.tensor(closing), 4.0, 0.0)
        bias = torch.nn.functional.pad(bias, (0, len(head) - len(bias))).to(DEVICE)
    model.get_output_embeddings().register_forward_hook(lambda module, inputs, logits: logits + bias)
    ids, mask = encode_prompts(tokenizer, prompts, DEVICE)
    noise = draw(len(prompts), GROUP)
    done = policy.sample(ids, mask, GROUP, layout.max_tokens, noise, begin_masks(layout, prompts))
    return name, task, policy, layout, prompts, (ids, mask, done.tokens, done.mask), done


def test_every_completion_that_ends_is_a_sentence_and_every_token_is_allowed(written):
    name, task, _, layout, prompts, _, done = written
    tokenizer, ended = layout.tokenizer, 0
    masks = layout.masks(1)
    for p, prompt in enumerate(prompts):
        for g in range(GROUP):
            tokens = done.tokens[p, g][done.mask[p, g].bool()].tolist()
            masks.begin(0, prompt)
            for place, token in enumerate(tokens):  # one text alone has the masks that it had among others
                assert done.allowed[p, g, place].tolist() == masks.bits[0].tolist()
                assert masks.rows[0, token]
                masks.take(0, token)
            if tokens[-1] == tokenizer.eos_id:
                ended += 1
                completion = tokenizer.decode(tokens)
                assert is_sentence(name, task, prompt, completion), (prompt, completion)
    assert ended >= len(prompts) * GROUP / 6  # of games a fifth to a half, by the seed of the weights
    assert len(set(map(tuple, done.tokens.flatten(0, 1).tolist()))) > len(prompts)


def test_sampling_and_evaluating_agree_under_masks(written, monkeypatch):
    _, _, policy, _, _, batch, done = written
    live = done.mask.bool()
    under = (*batch, done.allowed, True)
    at_once = policy(*under)
    monkeypatch.setattr("agents.models.policy._READ_AT_ONCE", 1)
    for logp, entropy, values, sums, log_probs in (at_once, policy(*under), policy.reference()(*under)):
        assert torch.allclose(done.logp[live], logp, atol=1e-4)
        assert torch.allclose(done.entropy[live], entropy, atol=1e-4)
        assert torch.allclose(done.sums, sums, atol=1e-4)
        assert torch.allclose(done.values[live], values, atol=1e-3)
        probs = log_probs.exp()
        bits = np.unpackbits(done.allowed[live].cpu().numpy(), axis=1, bitorder="little")
        vocab = min(bits.shape[1], probs.shape[1])
        allowed = torch.tensor(bits[:, :vocab], dtype=torch.bool, device=DEVICE)
        assert not probs[:, :vocab][~allowed].any()
        assert not probs[:, vocab:].any()
        assert torch.allclose(probs.sum(dim=1), torch.ones(len(probs)), atol=1e-5)
        places = live.nonzero()[:, 2]
        for place, summed in enumerate(sums):
            assert torch.allclose(summed, probs[places == place].sum(dim=0), atol=1e-4)
    free = policy(*batch).logp
    assert (free < done.logp[live] - 0.1).float().mean() > 0.1  # masks do change it


def test_activations_that_are_computed_again_are_under_the_same_masks():
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, **CHAIN, "mask": "grammar"})
    policy, layout = make_policy(spec)
    rollout, _ = roll_out(spec, policy, layout)
    recompute_activations(policy.model)
    again = Policy(policy.model, layout).to(DEVICE)
    logp = again(*rollout[:4], rollout.allowed).logp
    assert logp.requires_grad
    assert torch.allclose(logp, rollout.logp[rollout.mask.bool()], atol=1e-4)


def test_a_masked_distribution_by_hand():
    """Of probabilities in proportion to 1, 2 and 5, the last of which is forbidden, 1/3 and 2/3 are left."""
    layout = TokenLayout(make_task("Arith")[0])
    policy = Policy(new_model(layout.tokenizer, 1, 16, 2, 64), layout)
    logits = torch.full((1, policy.forbidden.shape[1]), 7.0)
    logits[0, [0, 9, 10]] = torch.tensor([1.0, 2.0, 5.0]).log()
    logits.requires_grad_()
    bits = torch.zeros(1, 16, dtype=torch.uint8)
    bits[0, 0], bits[0, 1] = 0b1, 0b10  # tokens 0 and 9
    log_probs = policy._log_probs(logits, policy._forbidden(1, bits))
    assert log_probs[0, [0, 9]].tolist() == pytest.approx([math.log(1 / 3), math.log(2 / 3)])
    assert log_probs.exp()[0, 10] == 0
    assert log_probs.exp().sum().item() == pytest.approx(1.0)
    entropy = -(log_probs.exp() * log_probs).sum()
    assert entropy.item() == pytest.approx(math.log(3) - 2 / 3 * math.log(2))
    (log_probs[0, 9] + entropy).backward()
    slopes = logits.grad[0]
    # d ln p9 = 1 - p9; dH = -p9 (ln p9 + H), as of any softmax
    assert slopes[9].item() == pytest.approx(1 / 3 - 2 / 3 * (math.log(2 / 3) + entropy.item()), abs=1e-6)
    assert slopes[[0, 9]].sum().item() == pytest.approx(0.0, abs=1e-6)
    slopes[[0, 9]] = 0
    assert not slopes.any()


def test_the_first_update_has_ratios_of_one_and_the_entropies_of_what_was_drawn():
    settings = {**SMALL, **CHAIN, "mask": "grammar", "batch_entropy_coef": 0.3, "advantage": "gae", "minibatches": 2}
    spec = RunSpec.parse("FormalArith-v0", settings)
    policy, layout = make_policy(spec)
    rollout, stats = roll_out(spec, policy, layout)
    check_first_loss(spec, policy, rollout, stats)
    part = terms_of(policy, rollout.select(torch.tensor([5, 2, 11])), spec.config)
    assert part["ratio"] == pytest.approx(1.0, abs=1e-5)
    assert part["clip_fraction"] == 0
    unmasked = terms_of(policy, rollout._replace(allowed=None), spec.config)
    assert unmasked["ratio"] < 0.8


@pytest.mark.parametrize("estimator", ["full", "log_ratio"])
def test_the_kl_is_of_the_masked_distributions(estimator):
    """Two models that differ in a forbidden token alone do not differ under masks."""
    settings = {**SMALL, "tokenizer": "char", "mask": "grammar", "kl_coef": 0.5, "kl_estimator": estimator}
    spec = RunSpec.parse("FormalArith-v0", settings)
    policy, layout = make_policy(spec)
    other, _ = make_policy(spec)
    plus = torch.zeros(other.forbidden.shape[1], device=DEVICE)
    plus[layout.tokenizer.encode("+")[0]] = 50.0  # no part of a number, and as good as all of the probability
    other.model.get_output_embeddings().register_forward_hook(lambda module, inputs, logits: logits + plus)
    _, stats = roll_out(spec, policy, layout, reference=other, kl_coef=0.5)
    assert stats["kl"] == pytest.approx(0.0, abs=1e-5)
    _, free = roll_out(spec, policy, TokenLayout(spec.task(), "char"), reference=other, kl_coef=0.5)
    assert free["kl"] > 10


def test_an_agent_keeps_to_the_grammar_and_answers_each_prompt_alike_in_any_company():
    spec = RunSpec.parse("FormalArith-v0", {**SMALL, **CHAIN, "mask": "grammar"})
    policy, layout = make_policy(spec)
    prompts = spec.task().sample(problem_keys(seeded_stream(4), np.arange(12))).prompts
    answers = PolicyAgent(policy, layout).act(prompts)
    free = PolicyAgent(policy, TokenLayout(spec.task(), "char")).act(prompts)
    masks = layout.masks(1)
    for prompt, answer, other in zip(prompts, answers, free, strict=True):
        assert PolicyAgent(policy, layout).act([prompt]) == [answer]
        for text, fits in ((answer, True), (other, False)):
            masks.begin(0, prompt)
            for token in layout.tokenizer.encode(text):
                masks.take(0, token)
            assert (masks.rows[0].sum() > 1 or is_sentence("Arith", spec.task(), prompt, text)) == fits


@pytest.mark.train
def test_a_run_under_masks_from_start_to_evaluation(tmp_path):
    # All its texts end: numbers have one digit, and the two sums one form.
    settings = {**SMALL, **CHAIN, "mask": "grammar", "max_operand": 2, "steps": 3, "kl_coef": 0.1, "epochs": 2}
    given = [f"--set={name}={json.dumps(value)}" for name, value in settings.items()]
    result = CliRunner().invoke(main, ["train", "FormalArith-v0", "--out", str(tmp_path / "run"), *given])
    assert result.exit_code == 0, result.output
    run = Run.open(tmp_path / "run")
    assert run.spec.config.mask == "grammar"
    for row in run.metrics():
        assert all(np.isfinite(value) for value in row.values())
        assert row["well_formed"] == 1.0
        assert row["ratio"] == pytest.approx(1.0, abs=0.05)
    assert json.loads(run.summary_file.read_text())["sampled_test"]["well_formed"] == 1.0
    for change, formed in (([], 1.0), (["--set", "mask=any"], 0.0)):
        command = ["eval", str(run.folder), "--episodes", "64", "--sampled", "--json", *change]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
        assert json.loads(result.output)["well_formed"] == pytest.approx(formed, abs=0.1)


@pytest.mark.train
def test_supervised_training_is_evaluated_under_masks_and_learns_the_same(tmp_path):
    settings = {**SMALL, **CHAIN, "steps": 2, "examples": 64, "validation": 32, "evaluate_every": 2, "max_operand": 2}
    for name in ("prompts", "completions"):
        del settings[name]
    rows = {}
    for mask in ("any", "grammar"):
        given = [f"--set={name}={json.dumps(value)}" for name, value in {**settings, "mask": mask}.items()]
        result = CliRunner().invoke(main, ["sft", "FormalArith-v0", "--out", str(tmp_path / mask), *given])
        assert result.exit_code == 0, result.output
        rows[mask] = Run.open(tmp_path / mask).metrics()[-1]
    assert rows["any"]["validation_loss"] == rows["grammar"]["validation_loss"]
    assert rows["any"]["well_formed"] < 0.2
    assert rows["grammar"]["well_formed"] == 1.0


@pytest.mark.process
def test_a_killed_run_under_masks_resumes_exactly(tmp_path):
    whole, killed = whole_and_killed("train", {**SMALL, **CHAIN, "mask": "grammar"}, tmp_path, steps=11, lines=6)
    assert without_times(Run.open(killed)) == without_times(Run.open(whole))
    assert (killed / "samples.jsonl").read_text() == (whole / "samples.jsonl").read_text()


@pytest.mark.parametrize(
    ("env", "mask", "message"),
    [
        ("FormalSentiment-v0", "grammar", "needs a task with a grammar, which SentimentTask has not"),
        ("FormalArith-v0", "gramar", "did you mean 'grammar'"),
    ],
)
def test_what_has_no_masks_says_so_before_it_trains(env, mask, message):
    with pytest.raises(ConfigError, match=message):
        RunSpec.parse(env, {"mask": mask})


def test_without_the_library_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "llguidance", None)
    command = ["train", "FormalArith-v0", "--out", str(tmp_path / "run"), "--set", "mask=grammar"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert "pip install 'formal-envs[masks]'" in result.output
    assert not (tmp_path / "run").exists()
