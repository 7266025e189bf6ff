"""The prompt of a review and its split. Hashes of the texts alone decide both, whatever the seed and the platform."""

from __future__ import annotations

from zlib import crc32

SHORTEST, LONGEST = 2, 8
"""Words of a prompt, at least and at most."""

_MARKS = ",.;:!?"


def prompt_words(review: str) -> int:
    """How many words of a review are its prompt: the larger of two draws of its hash, each uniform over 2 to 8.

    So longer prompts are more frequent, 8 words in a quarter of the reviews: there are few openings of two words, and
    prompts would often repeat each other.
    """
    span = LONGEST - SHORTEST + 1
    second, first = divmod(_hash(review) % span**2, span)
    return SHORTEST + max(first, second)


def cut(review: str) -> tuple[str, str]:
    """The prompt of a review whose words are separated by single blanks, and the rest of the review.

    The prompt ends with its last word, so that the rest begins with a blank or a mark of punctuation.
    """
    words = prompt_words(review)
    opening = " ".join(review.split(" ", words)[:words])
    prompt = opening.rstrip(_MARKS) or opening
    return prompt, review[len(prompt) :]


def _hash(text: str) -> int:
    return crc32(text.encode())
