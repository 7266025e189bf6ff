"""How varied a policy's completions are: a policy that says one pleasing thing to every prompt has collapsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formal_envs.errors import ConfigError

_SAMPLE = 128  # completions that self-BLEU compares: its cost grows with their square


def count_words(text: str) -> int:
    """Words of a text, which white space separates."""
    return len(text.split())


def distinct_ngrams(completions: Sequence[str], n: int) -> float:
    """Different runs of n words / such runs, over all completions together; 0 where none has n words.

    It falls as completions are added, so compare it at equal numbers.

    Source: Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models", NAACL 2016, which
    divides by words instead of runs.
    """
    ngrams = [ngram for text in completions for ngram in _ngrams(text.split(), n)]
    return len(set(ngrams)) / len(ngrams) if ngrams else 0.0


def _ngrams(words: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(n)), strict=False)


def diversity(completions: Sequence[str]) -> dict[str, float]:
    """How varied completions are, each measure in [0, 1]; words are what white space separates.

    Returns: three measures.
        distinct_completions: different completions / completions.
        distinct_2: ``distinct_ngrams`` of two words.
        self_bleu: mean sentence BLEU of a completion with the others as its references, over at most 128 completions
            at even distances; 1 where each is said twice, 0 where no two share a word. Source: Zhu et al., "Texygen: A
            Benchmarking Platform for Text Generation Models", SIGIR 2018. BLEU is sacrebleu's for sentences: orders up
            to 4 that the completion is long enough for, with exponential smoothing.

    Raises:
        ConfigError: there are no completions.
    """
    if not completions:
        raise ConfigError("diversity needs at least one completion")
    texts = [" ".join(completion.split()) for completion in completions]
    return {
        "distinct_completions": len(set(texts)) / len(texts),
        "distinct_2": distinct_ngrams(texts, 2),
        "self_bleu": _self_bleu(texts),
    }


def _self_bleu(texts: Sequence[str]) -> float:
    if len(texts) == 1:
        return 0.0
    from sacrebleu.metrics.bleu import BLEU

    count = min(len(texts), _SAMPLE)
    sample = [texts[number * len(texts) // count] for number in range(count)]
    bleu = BLEU(tokenize="none", effective_order=True)
    total = 0.0
    for number, text in enumerate(sample):
        others = sample[:number] + sample[number + 1 :]
        if text in others:  # BLEU is 1 but for rounding, and for a text without words
            total += 1.0
        else:
            total += bleu.sentence_score(text, others).score / 100
    return total / count
