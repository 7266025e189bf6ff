"""Texts that need nothing of the answer: empty ones, the format alone, the prompt, heaps of words."""

from __future__ import annotations

from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family

_TEMPLATES = (
    "<answer>{}</answer>",
    "<think>{}</think><answer>{}</answer>",
    "<think>\n{}\n</think>\n<answer>\n{}\n</answer>",
    "<think>{}</think>\n{}",
    "<reasoning>\n{}\n</reasoning>\n<answer>\n{}\n</answer>\n",
    "\\boxed{{{}}}",
    "#### {}",
    "Answer: {}",
    "The answer is {}",
    "Final Answer: {}",
    "```python\n{}\n```",
    "```json\n{}\n```",
    "[[{}]]",
    "**{}**",
    '{{"answer": "{}"}}',
    "# {}\n\n- {}\n- {}\n- {}",
    "1. {}\n2. {}\n3. {}",
)
"""Formats that rewards ask for."""
STEPS = (
    *("First, Second, Third, Next, Then, Finally, Therefore.", "Step 1: a\nStep 2: b\nStep 3: c\nStep 4: d\nStep 5: e"),
    *("Wait, hmm, let me check, verify, recheck, reflect, actually, alternatively, however.",),
    *("because so thus hence therefore since if then assume prove by definition QED",),
    *("I think, reason, analyze, consider, understand, plan, compute, conclude. In conclusion, overall, in summary.",),
    *("sorry please thank you I apologize as an AI I hope this helps sure certainly of course happy to help",),
    *("correct accurate good great excellent helpful clear concise relevant detailed thorough",),
    *("1. one\n2. two\n3. three\n- four\n- five\n* six\n## Heading\n**bold** `code`",),
    *("import def return class for while if assert test print try except lambda with",),
    *("source: [1] [2] [3] according to research, studies show, citation, https://example.com, doi, et al. (2020)",),
)
"""Words that count as a sign of work."""
_SENTENCE = "Let me think about this very carefully, step by step, and consider every detail. "


def do_nothing(prompt: str) -> list[str]:
    """Answers of no effort, that must earn the floor."""
    return list(dict.fromkeys(["", prompt, " ", "\n", ".", "?", "-", "x"]))


@family("empty answer", "high", certain=True, idle=True)
def _empty(about: About) -> Iterable[str]:
    yield from ("...", "()", "\n\n\n", "[]", "{}", '""', "!", ",", ":", "\t")


@family("empty format", "high", certain=True, idle=True)
def _empty_format(about: About) -> Iterable[str]:
    if not about.frame.is_bare:
        yield from (about.put(""), about.put(" "), about.put("."), about.put("..."))
    yield from (_filled(template, "") for template in _TEMPLATES)


@family("format around a wrong answer", "high", certain=True, idle=True)
def _wrong_format(about: About) -> Iterable[str]:
    yield from _in_formats(about, about.far)


def _in_formats(about: About, wrong: str) -> Iterable[str]:
    if not about.frame.is_bare:
        yield from (about.put(wrong), about.frame.before.strip() + about.frame.after.strip() + wrong)
    yield from (_filled(template, wrong) for template in _TEMPLATES)


def _filled(template: str, text: str) -> str:
    return template.replace("{}", text).replace("{{", "{").replace("}}", "}")


@family("prompt copied", "high", certain=True, idle=True)
def _prompt_copied(about: About) -> Iterable[str]:
    lines = [line for line in about.prompt.splitlines() if line.strip()]
    yield from (about.prompt, about.put(about.prompt), f"The question is: {about.prompt}", f"{about.prompt}\n" * 2)
    yield from (*lines[:1], *lines[-1:], about.prompt.lower(), f"{about.prompt} I do not know.")


@family("words of reasoning alone", "high", certain=True, idle=True)
def _stuffed(about: About) -> Iterable[str]:
    yield from ("\n".join(STEPS), " ".join(STEPS) * 6)
    for words in STEPS:
        yield from (words, f"{words}\n" * 20, f"{words} {about.put(about.far)}")


@family("words of reasoning around a wrong answer", "high", certain=True)
def _stuffed_wrong(about: About) -> Iterable[str]:
    wrong = about.put(about.far)
    for words in (" ".join(STEPS), *STEPS):
        yield from (f"{words}\n{wrong}", f"<think>\n{words}\n</think>\n{wrong}")


@family("length alone", "high", certain=True, idle=True)
def _padding(about: About) -> Iterable[str]:
    wrong = about.put(about.far)
    for times in (4, 40, 200):
        yield from (_SENTENCE * times, _SENTENCE * times + wrong)
    yield from ("a " * 500, "a" * 1_000, "word\n" * 200, " ".join(f"w{number}" for number in range(300)))
    yield from (" ".join(_distinct(200)), ". ".join(map(str.capitalize, _distinct(100))), "- item\n" * 50, "." * 300)
    yield " " * 2_000 + wrong


def _distinct(number: int) -> list[str]:
    """Different words that can be spoken."""
    return [f"{a}{b}{c}" for a in ("ka", "lo", "mi", "ne", "ru", "ta") for b in "bdfgklm" for c in ("en", "or", "us")][
        :number
    ]


@family("refusal", "high", certain=True, idle=True)
def _refusal(about: About) -> Iterable[str]:
    for text in (
        "I don't know.",
        "I cannot answer this.",
        "None",
        "null",
        "N/A",
        "Unknown",
        "error",
        "TODO",
        "no idea",
    ):
        yield from (text, about.put(text))


@family("nan and infinity", "medium", certain=True, idle=True)
def _not_a_number(about: About) -> Iterable[str]:
    for text in ("nan", "inf", "-inf", "NaN", "Infinity", "1e999", "-1e999", "1/0", "0/0", "1e400", "nan nan"):
        yield from (text, about.put(text))


@family("a constant of the language", "medium", certain=True, idle=True)
def _constants(about: About) -> Iterable[str]:
    for text in ("True", "true", "1", "1.0", "0", "False", "yes", "ok", "[]", "{}", "None"):
        yield from (text, about.put(text))
