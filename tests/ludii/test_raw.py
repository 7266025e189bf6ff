"""Raw files: macros, options, rulesets, ranges and odd brackets, each by a description of our own."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import Expansion, GameError, check_game, compile_game, evaluate_game, expand_game
from formal_envs.ludii.raw.expansion import expand, offered
from formal_envs.ludii.raw.library import MacroLibrary, library_beside
from formal_envs.ludii.raw.tokens import tokens

GAME = (
    '(game "Row" (players 2) (equipment {(board (square 3)) (piece "Disc" Each)}) '
    "(rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"
)


def squeezed(text):
    return re.sub(r"\s+", "", text)


def expanded(text, *options, defines=None):
    return squeezed(expand_game(text, options, defines).text)


def error_of(text, *options, defines=None):
    with pytest.raises(GameError) as caught:
        compile_game(expand_game(text, options, defines))
    return caught.value


# ---------------------------------------------------------------- macros


@pytest.mark.parametrize(
    ("macro", "use", "written"),
    [
        ('"M" (a)', '("M")', "(a)"),
        ('"M" (a)', '"M"', "(a)"),
        ('"M" (a #1 #2)', '("M" 3 (b c))', "(a 3 (b c))"),
        ('"M" (a #2 #1)', '("M" 3 {4 5})', "(a {4 5} 3)"),
        ('"M" (a #1 #3)', '("M" 3)', "(a 3)"),  # what is not given is nothing
        ('"M" (a #1 #2)', '("M" ~ 3)', "(a 3)"),
        ('"M" (a at:#1 #2)', '("M" ~ 3)', "(a 3)"),  # and its name with it
        ('"M" (a at:#1)', '("M" (to))', "(a at:(to))"),
        ('"M" (a #1)', '("M" at:(to))', "(a at:(to))"),  # a label belongs to its value
        ('"M" (a #1)', '("M" at: (to))', "(a at: (to))"),
        ('"M" (piece "Ball#1")', '("M" 2)', '(piece "Ball2")'),
        ('"M" (piece "#1")', '("M" "Ball")', '(piece "Ball")'),
        ('"M" (#1 1)', '("M" sites)', "(sites 1)"),
        ('"M" (a (#1 7))', '("M" "N")', "(a (n 7))"),  # the name of a macro as an argument
        ('"M" "N"', '("M" 7)', "(n)"),
        ('"M"', "(a ('M') b)".replace("'", '"'), "(a b)"),
        ('"M" 0..3', '(sites {"M"})', "(sites {0 1 2 3})"),
        ('"M" #1 #1', '{("M" 1)}', "{1 1}"),
    ],
)
def test_what_a_macro_writes(macro, use, written):
    text = f'(define {macro}) (define "N" (n #1)) (game "G" {use})'
    assert expanded(text) == squeezed(f'(game "G" {written})')


def test_the_first_of_two_macros_counts_and_a_game_keeps_its_name():
    text = f'(define "Row" (a)) (define "End" (if (is Line 3) (result Mover Win))) (define "End" (b)) {GAME}'
    text = text.replace("(end (if (is Line 3) (result Mover Win)))", '(end ("End"))')
    assert check_game(text) == check_game(GAME)


def test_macros_stand_anywhere():
    behind = GAME.replace("(is Line 3)", '"Three"') + '(define "Three" (is Line 3))'
    assert check_game(behind) == check_game(GAME)
    within = GAME.replace("(is Line 3)", '("Three")').replace("(rules ", '(rules (define "Three" (is Line 3)) ')
    assert check_game(within) == check_game(GAME)


@pytest.mark.parametrize(
    ("macros", "use", "says"),
    [
        (
            "".join(f'(define "M{n}" ("M{n - 1}") ("M{n - 1}"))' for n in range(1, 61)) + '(define "M0" (a))',
            "M60",
            "longer",
        ),
        (
            "".join(f'(define "M{n}" ("M{n - 1}") ("M{n - 1}"))' for n in range(1, 61)) + '(define "M0")',
            "M60",
            "longer",
        ),
        ('(define "M" (a ("M")))', "M", "'M' uses itself"),
        ('(define "M" ("N")) (define "N" ("M"))', "M", "uses itself"),
        ('(define "M" 0..999999999)', "M", "longer"),
        ('(define "M" "' + "#1" * 500 + '") (define "N" ("M" ' + "x" * 5000 + "))", "N", "longer"),
        ('(define "M" (a #1)) (define "N" ' + '("M" ' * 3000 + ")" * 3000 + ")", "N", "longer|uses itself"),
    ],
    ids=["doubled", "doubled nothing", "itself", "each other", "range", "string", "nested"],
)
def test_expansion_is_bounded(macros, use, says):
    text = f'{macros} (game "G" ("{use}"))'
    with pytest.raises(GameError, match=says) as caught:
        expand_game(text, limit=50_000)
    assert caught.value.stage == "syntax"
    assert caught.value.difference == "limit"
    assert not evaluate_game(text, playouts=1).compiles if "99" not in macros else True


def test_a_macro_that_is_not_there_is_named():
    error = error_of(GAME.replace("(is Line 3)", '("Thre")') + '(define "Three" (is Line 3))')
    assert error.message.startswith("no macro is called 'Thre'; did you mean 'Three'?; define it in the text")
    assert error.text[error.position :].startswith('("Thre")')
    assert error.difference == "macro"


# ---------------------------------------------------------------- places


def test_an_error_points_into_the_macro_that_wrote_it():
    text = '(define "Three"\n  (is Lin 3)\n)\n' + GAME.replace("(is Line 3)", '("Three")').replace(
        " (rules", "\n(rules"
    )
    error = error_of(text)
    assert (error.stage, error.line, error.column) == ("types", 2, 7)
    assert error.message.endswith("(in the macro 'Three', used at line 5)")
    assert error.caret().splitlines()[:2] == ["  (is Lin 3)", "      ^"]


def test_an_error_in_an_argument_points_to_the_argument():
    text = '(define "Row"\n (is Line #1))\n' + GAME.replace("(is Line 3)", '("Row"\n"three")').replace(
        '"Row" (pl', '"R" (pl'
    )
    error = error_of(text)
    assert error.text[error.position :].startswith('"three"')
    assert "in the macro" not in error.message


def test_an_error_in_a_library_points_to_the_use(tmp_path):
    (tmp_path / "Three.def").write_text('// a comment\n(define "Three" ("Lined" 3))')
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Lined.def").write_text('(define "Lined"\n (is Lines #1))')
    error = error_of(GAME.replace("(is Line 3)", '("Three")'), defines=tmp_path)
    assert error.text[error.position :].startswith('("Three")')
    assert error.message.endswith("(in the macro 'Lined' of Lined.def, line 2, used at line 1)")


@given(st.data())
@settings(max_examples=50)
def test_every_place_of_an_expanded_text_leads_back_to_the_same_words(data):
    text = f'// none\n(define "Add"  (move  Add (to #1)) )\n{GAME}'.replace(
        "(move Add (to (sites Empty)))", '("Add" (sites\n Empty))'
    )
    found = expand(text)
    place = data.draw(st.integers(0, len(found.text) - 1))
    raw = found.place(place)
    if not found.text[place].isspace():
        assert text[raw] == found.text[place]
    assert found.place(len(found.text)) == len(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('(define "M" (a) (game "G")', "the text ends inside '(define' of line 1, column 1"),
        ('(define "M" (a)) (game "G" (b}', "'}' does not close '(b' of line 1, column 28"),
        ('(define M (a)) (game "G")', 'a macro is written (define "Name" ...)'),
        ('(define "M" (a))', "there is no game after the macros"),
        ('(option "Size" args:{<n>} {(item "3" <3>)}) (game "G")', "an option is written"),
        ('(option "Size" <Size> args:{<n>} {}) (game "G")', "has no items"),
        ('(option "Size" <Size> args:{<n>} {(item "3" <3)}) (game "G")', "'<' of this item is not closed"),
        ('(game "G" <Size:n>)', "no option has the tag <Size>"),
    ],
)
def test_what_cannot_be_read(text, says):
    error = error_of(text)
    assert error.stage == "syntax"
    assert says in error.message


# ---------------------------------------------------------------- options

SIZES = """
(define "Win" (result Mover <Result:who>))
(game "Sized" (players 2) (equipment {(board (square <Board:size>)) (piece "Disc<Board:kind>" Each)})
  (rules <Meta> (play (move Add (to (sites Empty)))) (end (if (is Line <Board:line>) ("Win")))))
(option "Board Size" <Board> args:{ <size> <kind> <line> } {
  (item "Three" <3> <Small> <3> "Three by three.")
  (item "Four" <4> <Large> <(if (< 1 2) 4 3)> "Four by \\"four\\".")**
  (item "Five" <5> <> <<Board:size>> "Five in a row.")*
})
(option "End" <Result> args:{<who>} {(item "Win" <Win> "") (item "Loss" <Loss> "")})
(option "Pie" <Meta> args:{<rule>} {(item "Off" <> "No.")* (item "On" <(meta (swap))> "Yes.")})
(rulesets {
  (ruleset "Ruleset/Small" {"Board Size/Three" "Pie/On"})*
  (ruleset "Ruleset/Bad" {"Board Size/Six"})
})
(metadata (info {(source "<a href=\\"https://example.org\\">x</a>") (description "( not closed")}))
"""


@pytest.mark.parametrize(
    ("options", "size", "kind", "line", "who", "meta"),
    [
        ([], "4", "Large", "(if (< 1 2) 4 3)", "Win", ""),
        (["Board Size/Three"], "3", "Small", "3", "Win", ""),
        (["Board Size/Five", "End/Loss"], "5", "", "5", "Loss", ""),
        (["Ruleset/Small"], "3", "Small", "3", "Win", "(meta (swap))"),
        (["Ruleset/Small", "Pie/Off"], "3", "Small", "3", "Win", ""),
    ],
)
def test_what_is_chosen_stands_in_the_place_of_tags(options, size, kind, line, who, meta):
    assert expanded(SIZES, *options) == squeezed(
        f'(game "Sized" (players 2) (equipment {{(board (square {size})) (piece "Disc{kind}" Each)}}) (rules {meta} '
        f"(play (move Add (to (sites Empty)))) (end (if (is Line {line}) (result Mover {who})))))"
    )
    assert compile_game(expand_game(SIZES, options)).name == "Sized"


def test_what_is_offered():
    described = offered(SIZES).described()
    assert [(option["name"], option["tag"], option["arguments"]) for option in described["options"]] == [
        ("Board Size", "Board", ["size", "kind", "line"]),
        ("End", "Result", ["who"]),
        ("Pie", "Meta", ["rule"]),
    ]
    assert [item["name"] for option in described["options"] for item in option["items"] if item["default"]] == [
        "Four",
        "Win",
        "Off",
    ]
    assert described["options"][0]["items"][1]["description"] == 'Four by "four".'
    assert described["rulesets"][0] == {"name": "Ruleset/Small", "choices": ["Board Size/Three", "Pie/On"]}


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            "Board Size/Fiv",
            "no item 'Fiv' in the option 'Board Size'; did you mean 'Five'?; there are Three, Four, Five",
        ),
        ("Ruleset/Bad", "no item 'Six' in the option 'Board Size'"),
        ("Bord Size/Five", "no option or ruleset 'Bord Size/Five'; did you mean 'Board Size/Four'?"),
        ("Ruleset/Smal", "did you mean 'Ruleset/Small'?"),
    ],
)
def test_a_choice_that_is_not_there_names_those_that_are(option, says):
    with pytest.raises(ConfigError, match=re.escape(says)):
        expand_game(SIZES, [option])


def test_a_game_without_options_has_nothing_to_choose():
    with pytest.raises(ConfigError, match="has no options to choose 'Board/3' from"):
        expand_game(GAME, ["Board/3"])


def test_the_first_of_two_options_with_one_tag_has_their_common_arguments():
    text = (
        '(game "G" <T:a> <T:b>) (option "One" <T> args:{<a> <b>} {(item "x" <1> <2> "")}) '
        '(option "Two" <T> args:{<a>} {(item "y" <3> "")})'
    )
    assert expanded(text) == '(game"G"12)'


def test_an_item_may_write_a_named_argument_and_macros():
    text = (
        '(game "G" (tile <T:sides>) <T:macros>) '
        '(option "Tiling" <T> args:{<sides> <macros>} {(item "x" <sides:6> <(define "M" (m)) ("M")> "")})'
    )
    assert expanded(text) == '(game"G"(tilesides:6)(m))'


def test_items_that_stand_for_themselves():
    text = '(game "G" <A:a>) (option "A" <A> args:{<a>} {(item "x" <(b <A:a>)> "")})'
    assert "stand for themselves" in error_of(text).message


# ---------------------------------------------------------------- the rest


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("{0..3}", "{0 1 2 3}"),
        ("{3..0 7}", "{3 2 1 0 7}"),
        ("{-1..1}", "{-1 0 1}"),
        ("(b at:1..2)", "(b at: 1 2)"),
        ("{2..2}", "{2}"),
        ('"0..3"', '"0..3"'),
        ('{"A2".."C2"}', '{"A2" "B2" "C2"}'),
        ('{"B3".."B1" "D4"}', '{"B3" "B2" "B1" "D4"}'),
        ('{"A1".."B2"}', '{"A1".."B2"}'),
        ("((a))", "(a)"),
        ("(((a)))", "(a)"),
        ("(and ((a) (b)) c)", "(and (a) (b) c)"),
        ("(from: (a))", "(from (a))"),
        ("(< 1 2)", "(< 1 2)"),
        ("(a b) // <c> (d\n", "(a b)"),
    ],
)
def test_ranges_and_brackets_that_say_nothing(raw, written):
    assert expanded(f'(define "M") (game "G" {raw})') == squeezed(f'(game "G" {written})')


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GAME,
        "\ufeff// a comment\n" + GAME,
        GAME.replace("(is Line 3)", "((is Line 3))"),
        f'(metadata (info {{(source "<a href=\\"x\\">")}})) {GAME}',
        f'{GAME} (metadata (info {{(source "said \\"")}}))',
        f'{GAME} (metadata (graphics {{ (board Style "Chess }}))',
        f"{GAME} // (",
        f"{GAME} /------",
        f'{GAME} (ai (bestAgent "UCT"))',
        f'```lud\n(define "M")\n{GAME}\n```',
        f'(define "M") {GAME}<|endoftext|>',
    ],
)
def test_what_stands_around_a_game(text):
    assert check_game(text) == check_game(GAME)


def test_second_names_of_ludemes_that_are_signs():
    signs = {"-": "sub", "*": "mul", "/": "div", "%": "mod", "^": "pow"}
    relations = {"=": "equals", "!=": "notEqual", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
    for sign, name in signs.items():
        written = GAME.replace("(is Line 3)", f"(is Line ({sign} 2 1))")
        assert check_game(written.replace(f"({sign} ", f"({name} ")) == check_game(written)
    for sign, name in relations.items():
        written = GAME.replace("(is Line 3)", f"({sign} 2 (count Moves))")
        assert check_game(written.replace(f"({sign} ", f"({name} ")) == check_game(written)
    assert "(mul ...) is not" in error_of(GAME.replace("(is Line 3)", "(mul 2 3)")).message


def test_a_match_is_not_played():
    text = (
        '(match "Best of 3" (players 2) (games {(subgame "Row" next:1) (subgame "Row" next:0)}) '
        "(end (if (>= (matchScore P1) 2) (result P1 Win))))"
    )
    error = error_of(text)
    assert error.stage == "unsupported"
    assert "match" in error.message


# ---------------------------------------------------------------- libraries


def test_a_library_is_found_beside_the_games(tmp_path):
    game = tmp_path / "res" / "lud" / "board" / "line" / "Row.lud"
    game.parent.mkdir(parents=True)
    game.write_text(GAME.replace("(is Line 3)", '"Three"'))
    assert library_beside(game) is None
    (tmp_path / "res" / "def").mkdir()
    assert library_beside(game) is None  # nothing is in it
    (tmp_path / "res" / "def" / "Three.def").write_bytes(b'\xef\xbb\xbf(define "Three" (is Line 3))')
    folder = library_beside(game)
    assert folder == tmp_path / "res" / "def"
    assert compile_game(expand_game(game.read_text(), defines=folder)).name == "Row"
    own = '(define "Three" (is Line 2))' + game.read_text()  # the file's own come first
    assert "(is Line 2)" in expand_game(own, defines=folder).text


def test_a_folder_without_macros(tmp_path):
    with pytest.raises(ConfigError, match="no macros in"):
        MacroLibrary(tmp_path)
    with pytest.raises(ConfigError, match="no macros in"):
        expand_game(GAME, defines=tmp_path / "missing")


# ---------------------------------------------------------------- laws


@given(st.text(st.sampled_from('()#1"{} <>:~./\\ab\n') | st.characters(), max_size=60))
def test_tokens_are_the_whole_text(text):
    found = list(tokens(text))
    assert "".join(token.text for token in found) == text
    assert all(text.startswith(token.text, token.start) for token in found)


WORDS = st.sampled_from(
    [
        '("M"',
        '"M"',
        '"N"',
        "(a",
        ")",
        "{",
        "}",
        "#1",
        "#2",
        "~",
        "at:",
        "0..2",
        "7",
        "<T:a>",
        "<T>",
        '"x#1"',
        "((",
        "//c\n",
        " ",
    ]
)


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_an_expansion_expands_to_itself(body, other, use):
    """Whatever is written: an error, or a text in which nothing is left to expand, with places in the raw text."""
    text = (
        f'(define "M" {" ".join(body)}) (define "N" {" ".join(other)}) (game "G" {" ".join(use)}) '
        '(option "T" <T> args:{<a>} {(item "x" <("M" 1)> "")})'
    )
    error = None
    try:
        found = expand(text, limit=20_000)
    except GameError as refused:
        error = refused
    if error:
        assert error.stage == "syntax"
        assert 0 <= error.position <= len(text)
        return
    assert isinstance(found, Expansion)
    assert expand(found) is found
    assert squeezed(expand(found.text).text) == squeezed(found.text)
    assert all(0 <= found.place(place) <= len(text) for place in range(len(found.text) + 1))


def test_a_text_with_nothing_to_expand_is_itself():
    assert expand(GAME).text is GAME
    comment = f"// a..b\n{GAME}"
    assert expand(comment).text is comment
    assert compile_game(GAME).text is GAME
