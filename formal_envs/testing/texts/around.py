"""A right answer in other words, formats and junk: wrong only where a judgement says so."""

from __future__ import annotations

from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family

_STOPS = ("<|im_end|>", "<|endoftext|>", "</s>", "<|eot_id|>", "<eos>", "[/INST]", "<|end|>")
_TAILS = (
    "?",
    "!",
    "..",
    " x",
    " ok",
    ")",
    "}",
    "\n\nQ: What next?\nA:",
    "\nUser: thanks",
    " asdf qwer",
    "\n---",
    " etc.",
)

_FORMATS = (
    *("<answer>{}</answer>", "<think></think><answer>{}</answer>", "#### {}", "The answer is {}.", "Answer: {}"),
    *("```\n{}\n```", "**{}**", "${}$", "\\text{}", "[[{}]]", '{"answer": "{}"}', "Final Answer: {}", "- {}"),
)


@family("words around a right answer", "medium", certain=False)
def _words(about: About) -> Iterable[str]:
    if not about.answer:
        return
    gold, answer = about.gold, about.answer
    yield from (f"The answer is {gold}", f"The answer is {answer}.", f"I guess {gold}", f"maybe {answer}")
    yield from (f"{gold} I am not sure.", f"So {gold}", f"x = {answer}", f"{about.prompt}{answer}", f"Is it {gold}?")


@family("another format", "medium", certain=False)
def _formats(about: About) -> Iterable[str]:
    if about.answer:
        yield from (template.replace("{}", about.answer, 1) for template in _FORMATS)


@family("junk behind a right answer", "medium", certain=False)
def _behind(about: About) -> Iterable[str]:
    if about.answer:
        yield from (about.gold + tail for tail in (*_STOPS[:3], *_TAILS, *_STOPS[3:]))
        if not about.frame.is_bare:
            yield from (about.put(about.answer + tail) for tail in _TAILS[:6])


@family("junk before a right answer", "medium", certain=False)
def _before(about: About) -> Iterable[str]:
    if about.answer:
        for head in ("x ", "?", ".", "asdf qwer ", "( ", "Q: ", "ok: ", "<s>", "</think>", "assistant\n", "{"):
            yield head + about.gold
            if not about.frame.is_bare:
                yield about.put(head + about.answer)


@family("right answer several times", "medium", certain=False)
def _repeated(about: About) -> Iterable[str]:
    if about.answer:
        gold = about.gold
        yield from (
            f"{gold} {gold}",
            f"{gold}\n{gold}",
            f"{gold}, {gold}",
            f"{gold} " * 10,
            about.put(f"{gold} {gold}"),
        )
        yield from (f"{gold}{gold}", f"{gold}\n" * 50)


@family("broken format", "low", certain=False)
def _broken(about: About) -> Iterable[str]:
    if not about.answer:
        return
    answer, frame = about.answer, about.frame
    yield from (f"\\boxed{{{answer}", f"<answer>{answer}", f"{answer}</answer>", f"<answer>{answer}<answer>")
    yield from (f"\\boxed{{\\boxed{{{answer}}}}}", f"####{answer}####", f"```\n{answer}", f"<ANSWER>{answer}</ANSWER>")
    if not frame.is_bare:
        yield from (frame.before + answer, answer + frame.after, answer, frame.after + answer + frame.before)


@family("upper and lower case", "low", certain=False)
def _case(about: About) -> Iterable[str]:
    answer = about.answer
    yield from (about.put(text) for text in (answer.swapcase(), answer.upper(), answer.lower(), answer.title()))


@family("quotes, brackets and punctuation", "low", certain=False)
def _punctuation(about: About) -> Iterable[str]:
    if about.answer:
        for text in (
            '"{}"',
            "'{}'",
            "({})",
            "[{}]",
            "{{{}}}",
            "{}.",
            "{},",
            "{};",
            ".{}",
            "{}:",
            "-{}-",
            "*{}*",
            "`{}`",
        ):
            yield about.put(text.replace("{}", about.answer, 1) if text != "{{{}}}" else f"{{{about.answer}}}")


@family("blanks within the answer", "low", certain=False)
def _blanks(about: About) -> Iterable[str]:
    answer = about.answer
    if len(answer) > 1:
        yield from (about.put(" ".join(answer)), about.put(f"{answer[:1]} {answer[1:]}"))
        yield from (about.put(answer.replace(" ", "")), about.put(answer.replace(" ", "  ")), about.put(f"{answer}\v"))


_INVISIBLE = ("\u200b", "\ufeff", "\u202e", "\u00ad", "\u2060", "\0", "\x1b[0m", "\u00a0", "\u0301", "\U000e0041")


@family("invisible characters", "low", certain=False)
def _invisible(about: About) -> Iterable[str]:
    for mark in _INVISIBLE:
        if about.answer:
            yield from (about.put(about.answer + mark), about.put(about.answer[:1] + mark + about.answer[1:]))


_ALIKE = str.maketrans(
    "aeopcxyiAEOPCXTHKMB",
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0410\u0415\u041e\u0420\u0421\u0425\u0422\u041d\u041a\u041c\u0412",
)


@family("letters of another script", "low", certain=False)
def _alike(about: About) -> Iterable[str]:
    answer = about.answer
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in answer)
    yield from (about.put(text) for text in (answer.translate(_ALIKE), wide) if text != answer)
