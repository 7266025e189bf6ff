"""``formal-envs game``: look at a game in Ludii's language, play it, count its moves, measure it, draw it; or many."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agents.commands.game_corpus import REFUSED, SHARE, corpus_row, tell_corpus
from agents.commands.game_file import GameFile, takes_game
from agents.commands.game_thinking import SKILL_MEANINGS, told
from agents.commands.shared import OUTPUT, Commands, explained, reading, writing

if TYPE_CHECKING:
    from formal_envs.ludii import GameReport

_SEED = click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Decides the random moves.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")


@click.group(cls=Commands)
def game() -> None:
    """Games in Ludii's language. FILE is a description (.lud), as its author wrote it; '-' is standard input."""


@game.command()
@takes_game
@_JSON
def check(file: GameFile, as_json: bool) -> None:
    """Say whether FILE is a game, and if not where and why; the exit status is 0 or 1."""
    from formal_envs.ludii import GameError, compile_game
    from formal_envs.ludii.play.report import placed

    if not as_json:
        program, text = file.program(), file.expanded()
        board = program.bytecode.board
        sites = board.topologies[board.site_type].n
        kinds = ", ".join(component.name for component in program.bytecode.components) or "no pieces"
        players = f"{program.n_players} player{'s' if program.n_players > 1 else ''}"
        click.echo(f"{program.name}: {players}, {sites} sites ({board.site_type}), {kinds}")
        _tell(placed(text, program.bytecode.doubts), placed(text, program.bytecode.unconfirmed))
        return
    row: dict[str, Any] = {
        "compiles": True,
        "stage": None,
        "message": None,
        "line": None,
        "column": None,
        "expected": [],
        "warnings": [],
        "unconfirmed": [],
    }
    try:
        text = file.expanded()
        bytecode = compile_game(text).bytecode
        row.update(warnings=placed(text, bytecode.doubts), unconfirmed=placed(text, bytecode.unconfirmed))
    except GameError as error:
        row.update(compiles=error.stage in ("unsupported", "play"), stage=error.stage, message=error.message)
        row.update(line=error.line, column=error.column, expected=list(error.expected))
    click.echo(json.dumps(row))
    if row["stage"]:
        raise click.exceptions.Exit(1)


@game.command()
@takes_game
@click.option("--depth", default=3, show_default=True, type=click.IntRange(1, 100))
@_JSON
def perft(file: GameFile, depth: int, as_json: bool) -> None:
    """Count the sequences of 1, 2, ... moves from the start, and how many of them end the game."""
    from formal_envs.ludii import perft as count

    program = file.program()
    rows = []
    for length in range(1, depth + 1):
        n, ends = count(program, length, ends=True)
        rows.append({"depth": length, "n": n, "ends": ends})
        if not as_json:
            click.echo(f"{length:3} {n:>16,}  ended: {sum(ends):,}" + (f" (won {ends[1:]})" if sum(ends) else ""))
        if not n:
            break
    if as_json:
        click.echo(json.dumps(rows))


@game.command()
@takes_game
@click.option("--playouts", default=100, show_default=True, type=click.IntRange(1), help="Random games.")
@click.option(
    "--max-turns", default=500, show_default=True, type=click.IntRange(1), help="Most turns per player in a game."
)
@_SEED
@click.option("--thinking", is_flag=True, help="Let players that think play too: the parts of the reward 'skill'.")
@_JSON
def stats(file: GameFile, playouts: int, max_turns: int, seed: int, thinking: bool, as_json: bool) -> None:
    """Measure FILE by random games: length, choices, balance, completion, drawishness and the paper's reward."""
    from formal_envs.ludii import GameError, GameReport, compile_game, evaluate_game, think
    from formal_envs.ludii.measures.skill import skill

    try:
        report = evaluate_game(file.expanded(), playouts, max_turns, seed)
        if thinking and report.playable:
            report = think(compile_game(file.expanded()), report, seed)
    except GameError as error:
        report = GameReport(compiles=False, error=error)
    row = {f.name: getattr(report, f.name) for f in dataclasses.fields(report)}
    row["error"] = str(report.error) if report.error else None
    row["thinking"] = dataclasses.asdict(report.thinking) if report.thinking else None
    if report.thinking:
        row["skill"] = skill(report)
    if as_json:
        click.echo(json.dumps(row))
        return
    meanings = {
        "drawishness": "1: no game was drawn or cut; 0: all were",
        "completion": "share of games that somebody won",
        "balance": "1: all players won alike; 0: one won all",
        "decision_moves": "share of moves with another legal one beside them",
        "branching_factor": "legal moves in the mean",
        "coverage": "share of the board that pieces stood on",
        "first_wins": "share of the wins that player 1 has",
    }
    if not (report.playable or report.error):
        meanings["playable"] = _why_not_playable(report)
    apart = ("warnings", "unconfirmed", "thinking", "skill")
    click.echo(explained({name: row[name] for name in row if name not in apart}, meanings))
    if report.thinking:
        click.echo(f"\n{told(report.thinking)}\n\n{explained(row['skill'], SKILL_MEANINGS)}")
    _tell(report.warnings, report.unconfirmed)


def _why_not_playable(report: GameReport) -> str:
    if len(report.wins) == 1:
        return "a game for one player has one turn, and the paper's measures take 2 or more"
    return f"a game ends after turn {report.mean_turns:.2f} on average; it takes 2 or more"


def _tell(warnings: Iterable[str], unconfirmed: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"warning: {warning}")
    for doubt in unconfirmed:
        click.echo(f"less sure: {doubt}")


@game.command()
@click.argument("corpus", required=False, type=click.Path(exists=True))
@click.option(
    "--playouts", default=100, show_default=True, type=click.IntRange(1, 10_000), help="Random games of each."
)
@REFUSED
@SHARE
@_JSON
def rewards(corpus: str | None, playouts: int, refused: bool, share: float, as_json: bool) -> None:
    """Show the spread of the rewards over CORPUS, a folder of .lud or a games.jsonl.gz; by default the package's games.

    The percentiles are of the games that play. What is left out of CORPUS is told by cause.
    """
    from tqdm import tqdm

    from formal_envs.tasks.game.corpus import own_games, read_corpus, read_texts
    from formal_envs.tasks.game.reward_spread import PERCENTILES, reward_spread

    read, texts = None, own_games()
    with reading(corpus or "the games"):
        if corpus:
            read = read_corpus(corpus, share)
            texts = tuple(text.expanded_or_raw() for text in read_texts(corpus))
    with tqdm(total=len(texts), unit="game", desc="rewards", disable=None) as bar:
        spread = reward_spread(texts, playouts, bar.update)
    row = dataclasses.asdict(spread)
    if as_json:
        told = corpus_row(read, refused) if read else {}
        click.echo(json.dumps({"playouts": playouts, **row, "percentiles": PERCENTILES, **told}))
        return
    if read:
        tell_corpus(read, refused)
    click.echo(f"{spread.games} games: {spread.compile} compile, {spread.supported} are supported, {spread.play} play")
    if spread.play:
        click.echo(f"{'percentile':10}" + "".join(f"{percentile:7}" for percentile in PERCENTILES))
        for name in ("graded", "paper"):
            click.echo(f"{name:10}" + "".join(f"{value:7.3f}" for value in row[name]))


@game.command()
@click.option("--start", default="game", show_default=True, help="The type to begin with.")
def grammar(start: str) -> None:
    """Print the language as a context-free grammar for Lark, made from the signatures."""
    from formal_envs.ludii.language.typed_grammar import typed_grammar

    click.echo(typed_grammar(start), nl=False)


@game.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="Print docs/reference/ludemes.md.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def ludemes(as_markdown: bool, as_json: bool) -> None:
    """List the ludemes with their arguments, and whether the engine plays them."""
    from formal_envs.ludii.view.ludemes import ludemes, markdown

    rows = ludemes()
    if as_markdown:
        click.echo(markdown(rows), nl=False)
        return
    for row in rows:
        click.echo(
            json.dumps(row._asdict())
            if as_json
            else f"{'' if row.supported else 'not played':11}{row.pattern} -> {row.type}"
        )


@game.command()
@click.option(
    "--data",
    "folders",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of records; can be given several times.",
)
@click.option("--game", "names", multiple=True, metavar="NAME", help="This game alone; can be given several times.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--quick", is_flag=True, help="The first trace and small counts only.")
@click.option("--stats", "with_stats", is_flag=True, help="Compare random play as well.")
@click.option("--json", "as_json", is_flag=True, help="Print only the JSON object.")
@click.option("--evidence", type=OUTPUT, help="Write which ways to write a ludeme the games that agree speak for.")
def conformance(
    folders: tuple[Path, ...],
    names: tuple[str, ...],
    jobs: int,
    quick: bool,
    with_stats: bool,
    as_json: bool,
    evidence: Path | None,
) -> None:
    """Compare games with another engine's records: rules, random games move by move, counts, verdicts.

    Prints what differs, tables by ludeme and by group, and last a JSON object with the counts on one line.
    """
    from formal_envs.ludii.conformance import conformance as compare
    from formal_envs.ludii.conformance.groups import by_group, evidence_of, group_table
    from formal_envs.ludii.engine.library import library

    library()  # before the processes part
    with reading(", ".join(map(str, folders))):
        records = compare.Data.load(*folders)
    report = compare.run(records, names=names, jobs=jobs, quick=quick, stats=with_stats)
    groups = by_group(report.games, records.games)
    if not as_json:
        for result in report.games:
            if result.verdict != "agrees":
                click.echo(f"{result.verdict:12} {result.id}: {str(result.differences[0])[:400]}")
            elif names:
                click.echo(f"{result.verdict:12} {result.id}: {result.plies} plies of {result.traces} games")
        for play in report.play:
            if not play.agrees(len(report.play)):
                click.echo(f"random play  {play}")
        if table := compare.table(report, records.games):
            click.echo(f"\n{table}\n")
        click.echo(f"{group_table(groups)}\n")
    click.echo(json.dumps({**report.summary(), "groups": {name: row._asdict() for name, row in groups.items()}}))
    if evidence:
        with writing(evidence) as target:
            target.write(evidence_of(report.games, records.games))
