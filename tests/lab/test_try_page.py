"""The page for trying completions, in a real browser: what is shown and marked, by keys alone, in both themes."""

import json
from urllib.parse import quote

import pytest
from lab_page import browser, lab_process  # noqa: F401  # fixtures

pytest.importorskip("starlette")
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.process, pytest.mark.slow]

HOSTILE = (
    "<script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">\0\N{RIGHT-TO-LEFT OVERRIDE}abc"
)


@pytest.fixture(scope="module")
def address():
    with lab_process() as address:
        yield address


@pytest.fixture
def page(browser, address):  # noqa: F811
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(180_000)
    wrong = []
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{address}#/nothing")
    yield page
    page.close()
    assert [text for text in wrong if "status of 400" not in text] == []  # what is refused on purpose


def show(page, **params):
    """A problem's link, once its completion has been scored and all that follows is there."""
    query = "&".join(f"{name}={quote(str(value))}" for name, value in params.items())
    page.evaluate("address => { location.hash = address }", f"#/try?{query}")
    settle(page)


def settle(page):
    page.wait_for_function(
        "() => document.querySelector('.value') && !document.querySelector('[aria-busy]')"
        " && /\\d/.test(document.querySelector('.value').textContent)"
    )


def score(page):
    return float(page.inner_text(".value").replace("\N{MINUS SIGN}", "-"))


def test_a_wrong_chain_shows_its_score_parts_and_steps(page):
    show(page, env="FormalArith-v0", prompt="1+2=", completion="4")
    assert score(page) == 0.95
    assert page.inner_text(".failure") == "off by 1 from the solution 3"
    assert page.locator(".parts li .name").all_inner_texts() == ["error", "exact", "well formed"]
    assert "2 / (1 + exp(1 / 10)) = 0.950042" in page.inner_text(".chain")
    assert page.inner_text("#said") == "Score 0.95. off by 1 from the solution 3."


def test_a_score_comes_while_one_types(page):
    show(page, env="FormalArith-v0", prompt="1+2=")
    page.focus("#completion")
    page.keyboard.type("3")
    page.wait_for_function("() => document.querySelector('.value').textContent === '1'")
    assert page.inner_text(".failure") == "No failure."
    assert "completion=3" in page.url


def test_the_character_that_is_wrong_is_marked_and_what_is_beyond_dimmed(page):
    show(page, env="FormalGrammar-v0", prompt="[1", completion=",\N{GRINNING FACE},2]")
    assert page.inner_text(".under mark") == "\N{GRINNING FACE}"
    assert page.inner_text(".under .beyond").rstrip("\u200b") == ",2]"
    assert "first wrong at character 2" in page.inner_text("#completion-about")
    show(page, env="FormalGrammar-v0", prompt="[1", completion=",2")
    assert page.get_attribute(".under mark", "class") == "end"
    assert "ends too early" in page.inner_text("#completion-about")


def test_the_marked_text_lies_where_the_typed_one_does(page):
    show(page, env="FormalGrammar-v0", prompt="[1", completion=",1" * 400 + "x\n\n,  2 " * 30)
    same = page.evaluate(
        "() => { const [under, field] = ['.under', '#completion'].map((name) => document.querySelector(name));"
        " const style = (each) => ['font', 'padding', 'whiteSpace', 'lineHeight', 'overflowWrap', 'width', 'tabSize']"
        ".map((name) => getComputedStyle(each)[name]).join();"
        " return [style(under) === style(field), field.scrollHeight - field.clientHeight] }"
    )
    assert same == [True, 0]


def test_what_could_follow_is_offered_and_written_there(page):
    pytest.importorskip("llguidance")
    show(page, env="FormalGrammar-v0", prompt="[1", completion=",2")
    page.get_by_role("button", name="Write ] there").click()
    settle(page)
    page.wait_for_function("() => document.querySelector('.value').textContent === '1'")
    assert page.input_value("#completion") == ",2]"


def test_a_sentence_has_its_tree_which_folds(page):
    show(page, env="FormalGrammar-v0", prompt="[1", completion=',{"a":[true]}]')
    tree = page.locator(".tree")
    assert "object" in tree.inner_text()
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert page.locator(".tree details[open]").count() == 0
    page.get_by_role("button", name="Unfold all").click()
    assert '"a"' in tree.inner_text()


def test_words_are_weighed_and_sum_up(page):
    show(page, env="FormalSentiment-v0", prompt="It is ", completion="Not good, but great!")
    assert score(page) == -0.7533
    assert page.locator(".words tbody tr td:nth-child(4)").all_inner_texts() == [
        "\N{MINUS SIGN}0.703",
        "\N{MINUS SIGN}3.441",
    ]
    assert page.locator(".marked .word").count() == 2


GAME = (
    '(game "Tic-Tac-Toe" (players 2) (equipment {(board (square 3)) (piece "Disc" P1) (piece "Cross" P2)})'
    " (rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"
)


def test_a_game_is_played_move_by_move(page):
    show(page, env="FormalGame-v0", **{"o.mode": "compose"}, prompt="\n", completion=GAME)
    assert page.evaluate("() => document.querySelector('.board').naturalWidth") > 0
    page.select_option("#players", "uct:200")
    page.get_by_role("button", name="Play a game").click()
    page.wait_for_selector(".moves li")
    moves = page.locator(".moves li").count()
    assert 5 <= moves <= 11  # two who pass at the end
    assert page.inner_text(".moves li:first-child button").split()[-1] in {a + b for a in "ABC" for b in "123"}
    start = page.get_attribute(".board", "src")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".caption").startswith("1. player 1: ")
    assert page.get_attribute(".board", "src") != start
    assert page.locator(".moves [aria-current=step]").count() == 1
    page.get_by_role("button", name="To the end").click()
    assert page.inner_text(".caption").startswith(f"{moves}. player")
    assert page.get_by_role("button", name="One move on").is_disabled()
    page.get_by_role("button", name="Play or pause").click()
    page.wait_for_function("() => document.querySelector('.caption').textContent.startsWith('2. ')")
    page.get_by_role("button", name="Play or pause").click()
    page.get_by_role("button", name="Measure 100 random games").click()
    page.wait_for_selector(".measures table")
    assert "balance" in page.inner_text(".measures")


def test_no_game_has_a_caret(page):
    show(page, env="FormalGame-v0", **{"o.mode": "compose"}, prompt="\n", completion=GAME.replace("Empty", "Emptu"))
    assert page.inner_text(".under mark") == "E"
    line, caret = page.text_content("pre.caret").split("\n")
    assert line[caret.index("^") :].startswith("Emptu")
    assert "Empty" in page.inner_text(".game .chips")


@pytest.mark.parametrize("env", ["FormalArith-v0", "FormalSentiment-v0", "FormalGrammar-v0", "FormalGame-v0"])
def test_hostile_texts_are_only_ever_text(page, env):
    title = page.title()
    for params in ({"completion": HOSTILE}, {"prompt": HOSTILE, "completion": "1"}):
        show(page, env=env, **params)
        assert page.title() == title or page.title().startswith("Try")
        assert page.locator("main script, main img[src='x']").count() == 0
    show(page, env=env, completion=HOSTILE)
    assert "U+0000" in page.inner_text(".completion .note")
    assert "U+202E" in page.inner_text(".completion .note")
    assert page.input_value("#completion").replace("\0", "") == HOSTILE.replace("\0", "")


def test_a_game_that_names_things_badly_is_an_image_alone(page):
    name = "<script>document.title='hit'</script>"
    show(page, env="FormalGame-v0", **{"o.mode": "compose"}, prompt="\n", completion=GAME.replace("Tic-Tac-Toe", name))
    page.get_by_role("button", name="Play a game").click()
    page.wait_for_selector(".moves li")
    assert page.title().startswith("Try")
    assert page.evaluate("() => document.querySelectorAll('main svg, main script').length") == 0
    assert page.evaluate("() => document.querySelector('.board').src").startswith("blob:")


def test_a_hundred_thousand_characters_are_scored_and_more_are_not(page):
    show(page, env="FormalGrammar-v0", prompt="[1")
    for n, says in ((100_000, "characters"), (100_001, "at most 100,000 are")):
        page.fill("#completion", "x" * n)
        page.wait_for_function(f"() => document.querySelector('#completion-about').textContent.startsWith('{n:,}')")
        settle_or_failed(page)
        assert says in page.inner_text(".seen") + page.inner_text("#completion-about")
        assert len(page.url) < 1000


def settle_or_failed(page):
    page.wait_for_function(
        "() => !document.querySelector('[aria-busy]') && document.querySelector('.failure').textContent"
    )


RUN = """() => new Promise((done) => setTimeout(() => {
  const made = [];
  const ways = [() => (document.body.innerHTML = '<b>x</b>'), () => eval('1'), () => new Function('return 1')];
  for (const way of ways) try { way(); made.push(String(way)); } catch {}
  const style = document.createElement('style');
  style.textContent = 'body { opacity: 0 }';
  document.head.append(style);
  done([made, getComputedStyle(document.body).opacity]);
}))"""


def test_code_and_markup_from_a_text_would_be_blocked_all_the_same(browser, address):  # noqa: F811
    page = browser.new_page()
    page.goto(address)
    assert page.evaluate(RUN) == [[], "1"]
    page.close()


def test_a_link_that_is_followed_while_a_view_loads_is_shown(page):
    for n in range(5):
        page.evaluate(f"() => {{ location.hash = '#/try?env=FormalArith-v0&o.terms=3&index={n}' }}")
        page.wait_for_timeout(40 * n)
    settle(page)
    page.wait_for_function("() => document.querySelector('#index').value === '4'")
    assert page.input_value("#o-terms") == "3"
    assert "o.terms=3" in page.url


def test_a_link_shows_the_same_again(page, browser, address):  # noqa: F811
    show(page, env="FormalArith-v0", **{"o.answer": "chain", "o.terms": 3}, reward="exact", seed=5, index=7)
    page.fill("#completion", "1+1=2")
    page.wait_for_function("() => location.hash.includes('completion=')")
    settle(page)
    other = browser.new_page()
    other.goto(page.url)
    settle(other)
    for each in ("#prompt", ".value", ".failure"):
        assert other.inner_text(each) == page.inner_text(each)
    assert other.input_value("#o-terms") == "3"
    assert other.input_value("#f-reward") == "exact"
    other.close()


def test_problems_are_those_of_sample(page, address):
    show(page, env="FormalArith-v0", seed=5, index=7)
    import urllib.request

    body = json.dumps({"env": "FormalArith-v0", "seed": 5, "index": 7}).encode()
    given = json.loads(urllib.request.urlopen(f"{address}lab/problem", body, timeout=60).read())
    assert page.inner_text("#prompt") == given["prompt"]
    assert not page.locator("#solution").is_visible()
    page.get_by_role("button", name="Show known solution").click()
    assert page.inner_text("#solution") == given["solution"]
    page.get_by_role("button", name="Write it").click()
    page.wait_for_function("() => document.querySelector('.value').textContent === '1'")


def test_an_option_without_meaning_is_told_so(page):
    show(page, env="FormalArith-v0", prompt="1+2=", completion="3")
    page.fill("#o-max_operand", "0")
    page.keyboard.press("Tab")
    page.wait_for_selector(".form .note.bad")
    assert "max_operand" in page.inner_text(".form .note.bad")


def test_all_of_it_is_reached_by_keys(page):
    show(page, env="FormalArith-v0", seed=0, index=0)
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const at = document.activeElement; const box = at.closest('.editor') ?? at;"
            " const { outlineStyle, outlineWidth } = getComputedStyle(box);"
            " return [at.id || at.textContent.trim(), outlineStyle, outlineWidth] }"
        )
        if outline[0] in reached or not outline[0]:
            break
        reached.append(outline[0])
        assert outline[1:] == ["solid", "2px"] or outline[1:] == ["auto", "2px"], outline
    for each in ("theme", "keys", "f-env", "f-reward", "o-max_operand", "seed", "index", "prompt", "completion"):
        assert each in reached
    page.keyboard.press("Alt+N")
    page.wait_for_function("() => document.querySelector('#index').value === '1'")
    page.keyboard.press("Alt+S")
    assert page.locator("#solution").is_visible()
    page.keyboard.press("Alt+C")
    page.keyboard.type("?")
    assert page.input_value("#completion") == "?"
    page.locator("h1").click()
    page.keyboard.press("?")
    assert "next problem" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_a_theme_is_chosen_and_kept(page):
    def ground():
        return page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.emulate_media(color_scheme="dark")
    assert ground() != light
    page.click("#theme")  # light
    assert ground() == light
    page.reload()
    page.wait_for_selector("#views a")
    assert ground() == light
    page.click("#theme")  # dark
    page.emulate_media(color_scheme="light")
    assert ground() != light


CONTRAST = """() => {
  const parse = (text) => {
    const [, name, rest] = text.match(/^(rgba?|color)\\((.*)\\)$/);
    const numbers = rest.replace('srgb', '').split(/[\\s,/]+/).filter(Boolean).map(Number);
    const scale = name === 'color' ? 1 : 255;
    return [...numbers.slice(0, 3).map((each) => each / scale), numbers[3] ?? 1];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = parse(getComputedStyle(at).backgroundColor);
      if (found[3] > 0.99) return found;
    }
    return [1, 1, 1, 1];
  };
  const poor = [];
  for (const each of document.querySelectorAll('body *')) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !each.checkVisibility()) continue;
    if (each.matches(':disabled, option, .apart, .apart *, .skip, noscript, textarea')) continue;
    const [a, b] = [light(parse(getComputedStyle(each).color)), light(behind(each))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([each.className || each.tagName, each.textContent.slice(0, 30), ratio].join(' | '));
  }
  return poor;
}"""
SHOWN = {
    "FormalArith-v0": {"prompt": "1+2+3=", "completion": "1+x"},
    "FormalSentiment-v0": {"prompt": "It is ", "completion": "not good, but great!"},
    "FormalGrammar-v0": {"prompt": "[1", "completion": ",2,,3]"},
    "FormalGame-v0": {"o.mode": "compose", "prompt": "\n", "completion": GAME},
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("env", SHOWN)
def test_texts_have_contrast_and_fit_400_pixels(page, env, theme):
    page.emulate_media(color_scheme=theme)
    show(page, env=env, **SHOWN[env])
    if env == "FormalGame-v0":
        page.get_by_role("button", name="Play a game").click()
        page.wait_for_selector(".moves li")
    page.evaluate("() => document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)  # colours that change
    assert page.evaluate(CONTRAST) == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    assert page.locator("input, select, textarea, button").evaluate_all(NAMELESS) == []


NAMELESS = """(all) => all
  .filter((each) => each.checkVisibility() && !each.labels?.length && !each.ariaLabel && !each.textContent.trim())
  .map((each) => each.outerHTML)"""
MOVING = """() => [...document.querySelectorAll('*')]
  .filter((each) => getComputedStyle(each).transitionDuration !== '0s').length"""


def test_nothing_moves_where_motion_is_reduced(page):
    page.emulate_media(reduced_motion="reduce")
    show(page, env="FormalArith-v0", prompt="1+2=", completion="4")
    assert page.evaluate(MOVING) == 0
