"""The sections of a report as tables of its HTML page: forms of right answers, and what realistic answers earn."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from formal_envs.testing.cases import shown
from formal_envs.testing.sections import Forms, Training


def text(said: str) -> str:
    """A text as HTML; what no encoding has is written as an escape."""
    return html.escape(said.encode("utf-8", "backslashreplace").decode("utf-8"))


def table(heads: Sequence[str], rows: Iterable[str], numbers: Sequence[str] = ()) -> str:
    """A table that scrolls where it is too wide. Args: rows, of HTML; numbers, heads that stand over numbers."""
    head = "".join(_cell(name, name in numbers, "th") for name in heads)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _cell(said: str, number: bool = False, tag: str = "td") -> str:
    return f'<{tag} class="number">{said}</{tag}>' if number else f"<{tag}>{said}</{tag}>"


def _row(name: str, numbers: Iterable[str], example: str | None = None) -> str:
    """A name, numbers, and a text as code."""
    cells = [_cell(text(name)), *(_cell(number, True) for number in numbers)]
    return f"<tr>{''.join(cells)}{'' if example is None else _cell(f'<code>{text(shown(example))}</code>')}</tr>"


def forms_table(forms: Forms | None) -> str:
    """Which forms of right answers are paid, with a text for each; nothing where there is no such section."""
    if forms is None:
        return ""
    rows = (_row(row.name, [str(row.paid)], row.example) for row in forms.rows)
    kinds = text(", ".join(forms.kinds))
    return (
        f"<h2>Right answers in their usual forms</h2><p>{kinds}: {text(forms.verdict)}</p>"
        f"{table(('form', 'paid', 'such as'), rows, ('paid',))}"
    )


def training_table(training: Training | None) -> str:
    """What realistic answers earn, best paid first; nothing where there is no such section."""
    if training is None:
        return ""
    rows = (
        _row(one.name, [f"{one.mean:.4g}", f"{one.low:.2g} to {one.high:.2g}"], one.example)
        for one in training.strategies
    )
    facts = [f"Rewards from {training.least:.4g} to {training.most:.4g}; None for {training.left_out} answers."]
    if training.telling.of:
        facts.append(f"The right answer earns most at {training.telling} prompts.")
        facts.append(
            f"Wrong and paid: {training.false_positives}; right and not paid: {training.false_negatives}, by the judge."
        )
    parts = (
        _row(part.name, [f"{part.right:.3g}", f"{part.wrong:.3g}", "" if part.share is None else f"{part.share:.0%}"])
        for part in training.parts
    )
    heads = ("part", "right answers", "wrong answers", "share of what wrong ones earn")
    shares = table(heads, parts, heads[1:]) if training.parts else ""
    columns = ("answer", "earns on average", "interval of 95 %", "such as")
    return (
        f"<h2>What realistic answers earn</h2>{table(columns, rows, columns[1:3])}"
        f"{''.join(f'<p>{fact}</p>' for fact in facts)}{shares}"
    )
