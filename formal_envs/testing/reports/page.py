"""A report as one HTML page that loads nothing: it follows the reader's light or dark, and fits a phone."""

from __future__ import annotations

from formal_envs.testing.cases import literal
from formal_envs.testing.report import Check, Finding, Report, count
from formal_envs.testing.reports.tables import forms_table, table, text, training_table

_OPEN = 3  # errors whose tests are shown without a click
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --paper: #fff; --card: #f6f8fa; --line: #d1d9e0;
  --error: #b42318; --note: #8a5300; --ok: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af; --paper: #0d1117; --card: #161b22;
  --line: #30363d; --error: #ff8a80; --note: #e3b341; --ok: #56d364; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
.error { color: var(--error); } .note { color: var(--note); } .ok { color: var(--ok); }
.error, .note, .ok { font-weight: 600; }
article { border: 1px solid var(--line); border-left: .3rem solid currentColor; border-radius: .4rem;
  padding: .75rem 1rem; margin: .75rem 0; }
article > * { color: var(--ink); font-weight: 400; } article h3 { font-size: 1rem; margin: 0 0 .25rem; }
article .message { overflow-wrap: anywhere; }
pre { background: var(--card); border-radius: .3rem; padding: .6rem .8rem; margin: .5rem 0; white-space: pre-wrap;
  overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; } summary { cursor: pointer; color: var(--soft); }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; } .number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
td.remark { color: var(--soft); overflow-wrap: anywhere; min-width: 14rem; }
"""


def to_html(report: Report) -> str:
    """The page: the verdict, each finding with the test that shows it, forms, what it teaches, and the checks."""
    errors, notes = report.errors, report.notes
    verdict = f'<span class="error">{count(len(errors), "error")}</span>' if errors else '<span class="ok">ok</span>'
    name = text(report.reward)
    place = f"<code>{text(f'{report.file}:{report.line}')}</code>, " if report.file else ""
    texts = sum(check.texts for check in report.checks)
    facts = f"{count(texts, 'text')}, {count(report.prompts, 'prompt')}, seed {report.seed}, {report.seconds:.1f} s"
    said = f"<p>called as <code>{text(report.call)}</code></p>" if report.call else ""
    said += f"<p>right answers are written as <code>{text(report.gold)}</code></p>" if report.gold else ""
    found = (
        "".join(_finding(one, place < _OPEN) for place, one in enumerate(report.findings))
        or "<p>Nothing was found.</p>"
    )
    heads = ("check", "result", "texts", "seconds", "remark")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}: check of a reward</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>{name}</h1><p>{verdict}, {count(len(notes), 'note')}</p>"
        f'<p class="soft">{place}{facts}</p>{said}</header>'
        f"<main><h2>Findings</h2>{found}{forms_table(report.forms)}{training_table(report.training)}"
        f"<h2>Checks</h2>{table(heads, map(_row, report.checks), ('texts', 'seconds'))}</main></body></html>"
    )


def _finding(finding: Finding, first: bool) -> str:
    opened = " open" if first and finding.severity == "error" else ""
    texts = "".join(f"<pre>{text(literal(shown))}</pre>" for shown in finding.texts)
    shows = "Text that shows it" if len(finding.texts) == 1 else f"{len(finding.texts)} texts that show it"
    test = f"<details{opened}><summary>Test to paste</summary><pre>{text(finding.code)}</pre></details>"
    return (
        f'<article class="{finding.severity}"><h3><span class="{finding.severity}">{finding.severity}:</span> '
        f'{text(finding.check)}</h3><p class="message">{text(finding.message)}</p>'
        f"<details><summary>{shows}</summary>{texts}</details>{test if finding.code else ''}</article>"
    )


def _row(check: Check) -> str:
    return (
        f'<tr><td>{text(check.name)}</td><td class="{check.result if check.result != "-" else "soft"}">'
        f'{check.result}</td><td class="number">{f"{check.texts:,}" if check.texts else ""}</td>'
        f'<td class="number">{check.seconds:.2f}</td><td class="remark">{text(check.remark)}</td></tr>'
    )
