"""What MkDocs cannot do by itself: pages from notebooks, and the parts of pages that are made from the commands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

from agents.cli import main
from agents.runs.config import PPOConfig, SFTConfig
from agents.runs.recipes import recipe
from formal_envs.tasks import TASKS

_WIDTH = 100
_CELL = re.compile("<td>.*?</td>", re.DOTALL)
_FROM = ("train --from, --model", PPOConfig, True)


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each notebook, which stays beside it for download."""
    for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
        notebook = json.loads(Path(file.abs_src_path or "").read_text(encoding="utf-8"))
        page = file.src_uri.removesuffix(".ipynb") + ".md"
        files.append(File.generated(config, page, content=notebook_page(notebook, Path(file.src_uri).name)))
    return files


def notebook_page(notebook: dict[str, Any], name: str) -> str:
    """A notebook's cells and their texts as Markdown."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            parts.append("```\n" + "".join(output["text"]).rstrip() + "\n```")
    parts.insert(1, f"This page is a notebook: [{name}]({name}).")
    return "\n\n".join(parts) + "\n"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in what is made from the code."""
    if "<!-- commands -->" in markdown:
        markdown = markdown.replace("<!-- commands -->", _help(main, click.Context(main, info_name="formal-envs")))
    if "<!-- defaults -->" in markdown:
        markdown = markdown.replace("<!-- defaults -->", _defaults()).replace("<!-- recipes -->", _recipes())
    return markdown


def on_page_content(html: str, **_: Any) -> str:
    """Docstrings announce code by two colons; in tables other readers of Markdown want a bar in code to be escaped."""
    return _CELL.sub(lambda cell: cell[0].replace(r"\|", "|"), html.replace("::</p>", ":</p>"))


def _help(command: click.Command, context: click.Context) -> str:
    """The help of a command and of those below it, each under a heading."""
    context.terminal_width = context.max_content_width = _WIDTH
    level = "##" if context.parent is None or context.parent.parent is None else "###"
    text = f"{level} {context.command_path}\n\n```\n{command.get_help(context)}\n```\n\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                text += _help(child, click.Context(child, info_name=name, parent=context))
    return text


def _defaults() -> str:
    """A table of every setting's default."""
    ppo, sft = PPOConfig().as_dict(), SFTConfig().as_dict()
    rows = ["| setting | train | sft |", "|---|---|---|"]
    for name in dict.fromkeys([*ppo, *sft]):
        cells = [f"`{json.dumps(config[name])}`" if name in config else "" for config in (ppo, sft)]
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def _recipes() -> str:
    """What each task's recipes change of the defaults."""
    rows = ["| task | command | settings |", "|---|---|---|"]
    for task in TASKS:
        for command, kind, warm in (("sft", SFTConfig, False), ("train", PPOConfig, False), _FROM):
            settings = recipe(task, kind, warm)
            shown = " ".join(f"`{name}={json.dumps(value)}`" for name, value in settings.items())
            rows.append(f"| {task} | `{command}` | {shown or 'the defaults'} |")
    return "\n".join(rows)
