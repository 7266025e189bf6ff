"""The policy: any causal language model of transformers, and a value head on its last hidden state."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from agents.models.completions import Completions, Drawn, Evaluation, Reference, States
from agents.models.noise import choose
from agents.models.transformers_adapter import Reader
from agents.objective.losses import token_log_probs
from formal_envs.envs.masks import GrammarMasks
from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError

_FORBIDDEN = -1e9  # finite, so that 0 * log 0 stays 0 in entropies and their gradients
_READ_AT_ONCE = 2**11  # tokens of completions read together in ``forward``: more do not stay in a CPU's caches
_READ_ELSEWHERE = 2**15  # the same on a GPU, which is busy only with many
_CROWDED = 0.75  # in ``sample`` the rows that have ended are dropped when fewer than this share of the rows are live


class Policy(nn.Module):
    """Next-token distributions and values, without the tokens that ``layout`` forbids at a position.

    Args:
        model: a causal language model of transformers, or one of peft's with adapters, whose weights alone are then
            trained. Its dropout is switched off: it would move the ratio of new to old probabilities away from 1.
        layout: the tokens of completions.

    Raises:
        ConfigError: the model cannot be told positions or a cache, as recurrent ones, or has too few tokens.
    """

    forbidden: Tensor

    def __init__(self, model: Any, layout: TokenLayout):
        super().__init__()
        self.model = model.eval()
        self.has_adapters = hasattr(model, "disable_adapter")  # of peft, which need not be installed
        config = model.config.get_text_config()
        self._positions: int | None = getattr(config, "max_position_embeddings", None)
        self._reader = Reader(model)
        self.value_head = nn.utils.skip_init(nn.Linear, config.hidden_size, 1)  # draws nothing from torch's generator
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)
        self.eos_id, self.pad_id = layout.tokenizer.eos_id, layout.tokenizer.pad_id
        allowed = torch.tensor(np.stack((layout.first_mask, layout.later_mask)), dtype=torch.bool)
        _check_size(allowed.shape[1], config.vocab_size)
        forbidden = torch.ones(2, config.vocab_size, dtype=torch.bool)  # rows past the tokenizer's are padding
        forbidden[:, : allowed.shape[1]] = ~allowed
        self.register_buffer("forbidden", _FORBIDDEN * forbidden, persistent=False)  # (first, later) x V, for logits

    @property
    def spared(self) -> list[Tensor]:
        """The model's matrices with which the last token of a prompt alone is multiplied."""
        return self._reader.spared

    def forward(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        tokens: Tensor,
        mask: Tensor,
        allowed: Tensor | None = None,
        whole: bool = False,
        states: States | None = None,
    ) -> Evaluation:
        """Evaluate completions; each prompt is read once for all G of its completions.

        Texts of similar length are read together, so that little padding is. Where gradients flow through recomputed
        activations, which exclude a cache, a prompt is read with each of its completions.

        Args: prompts, prompt_mask (P, S), left-padded; tokens, mask (P, G, T), each completion of a token at least;
            allowed (P, G, T, B), as of ``Completions``; whole, whether the distributions are wanted themselves; states,
            that ``sample`` kept of these completions: nothing is read then.

        Raises:
            ConfigError: prompts and completions together exceed the model's positions.
        """
        count, group, length = tokens.shape
        self.check_length(prompts.shape[1], length)
        numbers = (mask.flatten().cumsum(dim=0) - 1).view_as(mask)  # of each generated token, in the result's order
        at_once = _READ_AT_ONCE if tokens.device.type == "cpu" else _READ_ELSEWHERE
        together = count if length == 1 else max(1, at_once // (group * length))  # on each process
        if states is not None:
            pieces = [states]
        elif together >= count:
            pieces = self._read_completions(prompts, prompt_mask, tokens, mask, numbers, allowed)
        else:
            pieces = []
            before, after = prompt_mask.sum(dim=1), mask.sum(dim=2).amax(dim=1)  # (P,)
            for rows in (before + after).argsort(stable=True).split(together):
                begin = prompts.shape[1] - int(before[rows].max())
                end = max(2, int(after[rows].max()))  # as many calls of the model whatever the lengths: see ``shards``
                ids, live, ranks = (x[rows, :, :end] for x in (tokens, mask, numbers))
                under = None if allowed is None else allowed[rows, :, :end]
                pieces += self._read_completions(
                    prompts[rows, begin:], prompt_mask[rows, begin:], ids, live, ranks, under
                )
        said, sums = [], torch.zeros(length, self.forbidden.shape[1], device=tokens.device)
        for part in (part for piece in pieces for part in piece.parts(self.forbidden.shape[1])):
            fields, own = self._say(part, length, whole)
            said.append(fields)
            sums = sums + own
        columns = [torch.cat(column) for column in zip(*said, strict=True)]
        order = columns[0].argsort()
        logp, entropy, values, *every = (column[order] for column in columns[1:])
        return Evaluation(logp, entropy, values, sums, every[0] if whole else None)

    def _read_completions(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        tokens: Tensor,
        mask: Tensor,
        numbers: Tensor,
        allowed: Tensor | None,
    ) -> list[States]:
        """The states from which the generated tokens are drawn, in pieces.

        Args: as of ``forward``; numbers (P, G, T).
        """
        group, length = tokens.shape[1:]
        flat, live, numbers = tokens.flatten(0, 1), mask.flatten(0, 1).bool(), numbers.flatten(0, 1)  # (P * G, T)
        bits = None if allowed is None else allowed.flatten(0, 1)  # (P * G, T, B)
        seen = torch.cat((prompt_mask.repeat_interleave(group, dim=0), live[:, :-1]), dim=1)
        positions = torch.arange(length, device=tokens.device).expand_as(live)
        if self._reader.recomputes and torch.is_grad_enabled():
            whole = torch.cat((prompts.repeat_interleave(group, dim=0), flat[:, :-1]), dim=1)  # (P * G, S + T - 1)
            states, values, _ = self._read(whole, seen, None, False, length)
            under = None if bits is None else bits[live]
            chosen = flat[live][:, None], numbers[live][:, None]
            return [States(states[live], values[live], positions[live], *chosen, under, False)]

        states, values, cache = self._read(prompts, prompt_mask, None, length > 1, 1)
        chosen = tokens[:, :, 0], numbers[:, 0].view(-1, group)  # (P, G): one state for all of a prompt
        under = None if allowed is None else allowed[:, 0, 0]
        pieces = [States(states[:, 0], values[:, 0], positions[::group, 0], *chosen, under, False)]
        if length > 1:
            cache.batch_repeat_interleave(group)
            states, values, _ = self._read(flat[:, :-1], seen, cache, True, length - 1)
            rest = live[:, 1:]
            under = None if bits is None else bits[:, 1:][rest]
            chosen = flat[:, 1:][rest][:, None], numbers[:, 1:][rest][:, None]
            pieces.append(States(states[rest], values[rest], positions[:, 1:][rest], *chosen, under, False))
        return pieces

    def _say(self, heard: States, length: int, whole: bool) -> tuple[list[Tensor], Tensor]:
        """Numbers in the result, logp, entropy and values (n,) of some tokens, log_probs (n, V) where the whole is
        wanted, and sums (length, V)."""
        group = heard.tokens.shape[1]

        def measure(states: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
            logits = self._reader.logits(self.model, states)  # (R, V)
            log_probs = self._log_probs(logits, self._forbidden(heard.positions.clamp(max=1), heard.allowed))
            probs = log_probs.exp()
            sums = probs.new_zeros(length, probs.shape[1]).index_add(0, heard.positions, group * probs)
            entropy = -(probs * log_probs).sum(dim=1)
            return log_probs.gather(1, heard.tokens), entropy, sums, log_probs if whole else None

        if heard.recompute and torch.is_grad_enabled():
            logp, entropy, sums, log_probs = checkpoint(
                measure, heard.states, use_reentrant=False, preserve_rng_state=False
            )
        else:
            logp, entropy, sums, log_probs = measure(heard.states)
        entropy, values = (x[:, None].expand(-1, group).flatten() for x in (entropy, heard.values))
        every = [] if log_probs is None else [log_probs.repeat_interleave(group, dim=0)]
        return [heard.numbers.flatten(), logp.flatten(), entropy, values, *every], sums

    @torch.no_grad()
    def sample(
        self,
        prompts: Tensor,
        prompt_mask: Tensor,
        group: int,
        max_tokens: int,
        noise: Callable[[int], Tensor] | None,
        masks: GrammarMasks | None = None,
        watch: Callable[[], object] = lambda: None,
        going: Callable[[int], int] = int,
        learned: bool = False,
    ) -> Completions:
        """Sample completions (no temperature, no top-k or top-p), or decode greedily without noise.

        It is longer than other functions: what a batch is at one position decides what is done at the next.

        Args: prompts, prompt_mask (P, S), left-padded; group, completions of each prompt; max_tokens >= 1; noise, for
            the tokens at a position, as of ``Noise``; masks, of P texts that are begun: they are used up; watch, called
            once per position of the completions; going, which is given how many completions go on and says whether
            any do, here or on processes that have to read along; learned, whether completions of one token are learned
            from before the weights change: what was read for them is kept then.

        Raises:
            ConfigError: prompts and completions together may exceed the model's positions.
        """
        self.check_length(prompts.shape[1], max_tokens)
        remembered = learned and max_tokens == 1
        with torch.set_grad_enabled(remembered):
            states, values, cache = self._read(prompts, prompt_mask, None, max_tokens > 1, 1)
            states, values = states[:, 0], values[:, 0]  # (P, ...)
        count = len(prompts) * group
        tokens = prompts.new_full((count, max_tokens), self.pad_id)
        mask = torch.zeros_like(tokens)
        logp, entropy, value = (values.new_zeros(count, max_tokens) for _ in range(3))
        # The first distribution is the same for all completions of a prompt: (P, V), not (P * G, V).
        under = None if masks is None else torch.tensor(masks.bits, device=prompts.device)  # (P, B)
        uniform = None if noise is None else noise(0).view(len(prompts), group)
        drawn = self._draw(states, 0, under, torch.ones_like(prompts[:, 0]), group, uniform)
        tokens[:, 0], mask[:, 0], logp[:, 0] = drawn.tokens.flatten(), 1, drawn.logp.flatten()
        entropy[:, 0], value[:, 0] = (x.repeat_interleave(group) for x in (drawn.entropy, values))
        sums = [group * drawn.sums]
        allowed = [] if under is None else [under.repeat_interleave(group, dim=0)]  # (P * G, B) per position

        rows = torch.arange(count, device=prompts.device)  # of those that are read on; a few of them may have ended
        if max_tokens > 1:
            cache, rows = self._reader.branch(cache, prompt_mask, group)
            if masks is not None:
                masks.repeat(group)
        seen = prompt_mask[rows // group]
        watch()
        for position in range(1, max_tokens):
            live = mask[rows, position - 1] * (tokens[rows, position - 1] != self.eos_id)  # (R,)
            remaining = int(live.sum())
            if not going(remaining):
                break
            if 0 < remaining < _CROWDED * len(rows):
                kept = live.nonzero().squeeze(1)
                cache.batch_select_indices(kept)
                rows, seen, live = rows[kept], seen[kept], live[kept]
            seen = torch.cat((seen, live[:, None]), dim=1)
            states, values, cache = self._read(tokens[rows, position - 1, None], seen, cache, True, 1)
            if masks is not None:
                ended_not = rows[live.bool()]
                masks.take_all(ended_not.tolist(), tokens[ended_not, position - 1].tolist())
                allowed.append(torch.tensor(masks.bits, device=prompts.device))
                under = allowed[-1][rows]
            uniform = None if noise is None else noise(position)[rows, None]
            drawn = self._draw(states[:, 0], 1, under, live, 1, uniform)
            tokens[rows, position] = torch.where(live.bool(), drawn.tokens[:, 0], self.pad_id)
            mask[rows, position] = live
            logp[rows, position] = drawn.logp[:, 0] * live
            entropy[rows, position] = drawn.entropy * live
            value[rows, position] = values[:, 0] * live
            sums.append(drawn.sums)
            watch()
        fields = [x[:, : len(sums)].unflatten(0, (-1, group)) for x in (tokens, mask, logp, entropy, value)]
        packed = torch.stack(allowed, dim=1).unflatten(0, (-1, group)) if allowed else None
        heard = None
        if remembered:
            positions, numbers = torch.zeros_like(prompts[:, 0]), rows.view(-1, group)
            heard = States(states, values, positions, tokens.view(-1, group), numbers, under, False)
        return Completions._make([*fields, torch.stack(sums), packed, heard])

    def reference(self, place: Callable[[Policy], object] = lambda _: None) -> Reference:
        """What the policy says now, to be asked later, without gradients.

        A model with adapters answers without them, as it did before they were added; any other one is copied.

        Args: place, which is given the copy, to bring it to where it is asked.
        """
        adapted = self.has_adapters
        frozen = self
        if not adapted:
            frozen = copy.deepcopy(self).requires_grad_(False)
            place(frozen)

        @torch.no_grad()
        def evaluate(
            prompts: Tensor,
            prompt_mask: Tensor,
            tokens: Tensor,
            mask: Tensor,
            allowed: Tensor | None = None,
            whole: bool = False,
        ) -> Evaluation:
            with self.model.disable_adapter() if adapted else nullcontext():
                said: Evaluation = frozen(prompts, prompt_mask, tokens, mask, allowed, whole)
                return said

        return evaluate

    def _read(self, ids: Tensor, mask: Tensor, cache: Any, want_cache: bool, keep: int) -> tuple[Tensor, Tensor, Any]:
        """States (N, keep, ...), values (N, keep) at the last ``keep`` of ids (N, S), and the cache: see ``Reader``."""
        read = self._reader.read(self.model, ids, mask, cache, want_cache, keep)
        return read.states, self.value_head(read.hidden.float()).squeeze(-1).float(), read.cache

    def _draw(
        self, states: Tensor, later: int, under: Tensor | None, live: Tensor, count: int, uniform: Tensor | None
    ) -> Drawn:
        """Draw ``count`` tokens at each of N states by uniform numbers (N, count), or take the likeliest without them.

        Args: later, under, as of ``_forbidden``; live (N,), the rows that the sum is over.
        """
        log_probs = self._log_probs(self._reader.logits(self.model, states), self._forbidden(later, under))
        probs = log_probs.exp()
        tokens = log_probs.argmax(-1, keepdim=True).expand(-1, count) if uniform is None else choose(probs, uniform)
        entropy = -(probs * log_probs).sum(dim=-1)
        return Drawn(tokens, log_probs.gather(-1, tokens), entropy, (probs * live[:, None]).sum(dim=0))

    def _forbidden(self, later: int | Tensor, under: Tensor | None) -> Tensor:
        """What is added to logits (..., V), very little for tokens that masks, or the layout without them, leave out.

        Args: later, 0 for first tokens, 1 for later ones; under (..., B), the bits of masks, or None.
        """
        if under is None:
            return self.forbidden[later]
        bits = under[..., None] & (1 << torch.arange(8, device=under.device)).to(under.dtype)  # (..., B, 8)
        bits = bits.flatten(-2)
        return _FORBIDDEN * (nn.functional.pad(bits, (0, self.forbidden.shape[1] - bits.shape[-1])) == 0)

    @staticmethod
    def _log_probs(logits: Tensor, forbidden: Tensor) -> Tensor:
        """Log-probabilities (..., V) of logits (..., V), with what ``_forbidden`` says."""
        return token_log_probs(logits.float() + forbidden)

    def check_length(self, prompt: int, completion: int) -> None:
        """Raise a ConfigError where a prompt and a completion of so many tokens exceed the model's positions."""
        # The last token of a completion is never read.
        if self._positions is not None and prompt + completion - 1 > self._positions:
            raise ConfigError(
                f"a prompt of {prompt} tokens and a completion of up to {completion} exceed the model's "
                f"{self._positions} positions: lower max_tokens, or raise context where the model is a new one"
            )


def _check_size(tokenizer_size: int, model_size: int) -> None:
    """Raise a ConfigError where a tokenizer has more tokens than a model has embeddings."""
    if tokenizer_size > model_size:
        raise ConfigError(
            f"the tokenizer has {tokenizer_size} tokens and the model embeddings for {model_size}: leave out the "
            "setting tokenizer, to use the model's own"
        )
