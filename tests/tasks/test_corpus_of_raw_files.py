"""A folder of raw files as a corpus: what is read, what is left out and why, and a share that must be read."""

import gzip
import json
import os

import pytest
from click.testing import CliRunner
from game_texts import LINES

from agents.cli import main
from formal_envs.errors import ConfigError
from formal_envs.tasks.game import corpus as module
from formal_envs.tasks.game.corpus import CorpusWarning, canonical, read_corpus
from formal_envs.tasks.game.task import GameTask

RAW = """\ufeff(define "Row" (is Line <Board:size>))
(game "Rows" (players 2) (equipment {(board (square <Board:size>)) (piece "Disc" Each)})
  (rules (play ("AddToEmpty")) (end (if ("Row") (result Mover Win)))))
(option "Board" <Board> args:{<size>} {(item "3" <3> "Small.") (item "4" <4> "Large.")*})
(metadata (info {(source "<a href=\\"x\\">x</a>")}))
"""
MATCH = """(match "Two" (players 2) (games {(subgame "Rows" next:1) (subgame "Rows" next:0)})
  (end (if (>= (matchScore P1) 2) (result P1 Win))))"""


@pytest.fixture
def library(tmp_path):
    """A tree as Ludii's own is: games in res/lud, macros in res/def."""
    files = {
        "lud/board/line/Rows.lud": RAW,
        "lud/board/line/Again.lud": LINES,
        "lud/board/line/deep/Lines.lud": LINES,
        "lud/board/Two.lud": MATCH,
        "lud/board/Unknown.lud": RAW.replace("AddToEmpty", "AddSomewhere"),
        "lud/board/Wrong.lud": LINES.replace("is Line", "is Lin"),
        "lud/board/Solved.lud": LINES.replace("(is Line 3)", "(is Solved)"),
        "def/moves/AddToEmpty.def": '// Adds.\n(define "AddToEmpty" (move Add (to (sites Empty))))',
    }
    for name, text in files.items():
        path = tmp_path / "res" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "res" / "lud" / "board"


def test_a_tree_of_raw_files_is_read_with_the_macros_beside_it(library):
    corpus = read_corpus(str(library))
    rows = RAW.replace('("AddToEmpty")', "(move Add (to (sites Empty)))")
    assert set(corpus.games) == {canonical(LINES), canonical(rows)}
    assert "(square 4)" in canonical(rows)
    assert (corpus.texts, corpus.share) == (7, pytest.approx(3 / 7))
    assert corpus.causes() == {
        "macro not found": 1,
        "wrong in types": 1,
        "unsupported: is Solved": 1,
        "unsupported: match, several games in a row": 1,
    }
    told = corpus.described()
    assert told.startswith("3 of 7 texts in ")
    assert "1 of them equal to another; left out are" in told
    assert "and 3 other causes" in corpus.described(most=1)
    assert [text.name for text in corpus.refused if text.cause == "macro not found"] == [str(library / "Unknown.lud")]


def test_too_small_a_share_is_refused_with_the_causes(library):
    with pytest.raises(ConfigError, match=r"1 macro not found.*a share of 0.43, and at least 0.5 is asked for"):
        GameTask(corpus=str(library), split="all")
    with pytest.warns(CorpusWarning, match=r"3 of 7 texts .*2 games are asked for"):
        GameTask(corpus=str(library), split="all", corpus_share=0.4)
    for share in (-0.1, 1.1, True, "half"):
        with pytest.raises(ConfigError, match="corpus_share must lie in"):
            GameTask(corpus=str(library), corpus_share=share)


def test_nothing_is_said_of_a_corpus_that_is_read_whole(tmp_path, recwarn):
    (tmp_path / "Lines.lud").write_text(LINES)
    GameTask(corpus=str(tmp_path), split="all")
    assert not [warning for warning in recwarn if issubclass(warning.category, CorpusWarning)]


def test_a_corpus_is_read_again_when_a_file_changes(tmp_path):
    path = tmp_path / "Lines.lud"
    path.write_text(LINES)
    first = read_corpus(str(tmp_path))
    assert read_corpus(str(tmp_path)) is first
    path.write_text(LINES.replace("Three-Balls", "Three-Other-Balls"))
    os.utime(path, ns=(1, 1))
    assert "Three-Other-Balls" in read_corpus(str(tmp_path)).games[0]


def test_texts_are_bounded_in_size_and_number(tmp_path, monkeypatch):
    (tmp_path / "Lines.lud").write_text(LINES)
    (tmp_path / "Long.lud").write_text(LINES + "//" + "x" * 2000)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    [refused] = read_corpus(str(tmp_path)).refused
    assert (refused.cause, refused.message) == ("not read", "it has more than 1000 bytes")
    monkeypatch.setattr(module, "MAX_TEXTS", 1)
    with pytest.raises(ConfigError, match="more than 1 games"):
        module.read_texts(str(tmp_path))
    records = tmp_path / "some.jsonl.gz"
    records.write_bytes(gzip.compress(json.dumps({"text": " " * 100_000}).encode()))
    with pytest.raises(ConfigError, match=r"line 1 of .* has more than 1000 bytes"):
        module.read_texts(str(records))


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["game", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_names_what_is_left_out(library):
    told, *refused = run("corpus", library, "--refused").splitlines()
    assert told.startswith("3 of 7 texts")
    assert len(refused) == 4
    assert any("Wrong.lud: types error: line 6, column 18: (is ...) has no kind" in line for line in refused)
    row = json.loads(run("corpus", library, "--json", "--refused"))
    assert (row["texts"], row["different_games"], len(row["refused"])) == (7, 2, 4)
    assert "at least 0.9 is asked for" in run("corpus", library, "--share", 0.9, code=1)
    assert run("rewards", library, "--playouts", 5).splitlines()[0] == told


def test_commands_take_raw_files(library):
    rows = library / "line" / "Rows.lud"
    assert "Rows: 2 players, 16 sites" in run("check", rows)
    assert "9 sites" in run("check", rows, "--option", "Board/3")
    assert "there are 3, 4" in run("check", rows, "--option", "Board/5", code=1)
    shown = run("expand", rows, "--option", "Board/3")
    assert "(play (move Add (to (sites Empty))))" in shown
    assert "define" not in shown
    assert run("options", rows).splitlines()[:3] == ["Board  <Board>", "    3  Small.", "  * 4  Large."]
    assert json.loads(run("options", rows, "--json"))["options"][0]["items"][1]["default"]
    unknown = library / "Unknown.lud"
    assert "no macro is called 'AddSomewhere'" in run("check", unknown, code=1)
    own = library.parents[3] / "own"
    own.mkdir()
    (own / "x.def").write_text('(define "AddSomewhere" (move Add (to (sites Bottom))))')
    assert "16 sites" in run("check", unknown, "--defines", own)
    assert "16 sites" in run("check", rows, "--defines", library.parents[1] / "def")
    assert not json.loads(run("check", unknown, "--json", code=1))["compiles"]
