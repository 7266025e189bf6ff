"""The page's views of runs in a real browser: what is shown, found, linked and reached by keys."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from browsed_runs import write_lines, write_rescored, write_run
from lab_page import browser, free_port, lab_process  # noqa: F401  # fixtures

pytest.importorskip("starlette")
sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.process, pytest.mark.slow]

HOSTILE = (
    '<img src=x onerror="document.title=\'hit\'"><script>document.title="hit"</script>\N{RIGHT-TO-LEFT OVERRIDE}{{7*7}}'
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "runs"
    write_run(folder / "gamed", steps=40, group=8, gamed=True)
    write_rescored(folder / "gamed")
    write_run(folder / "fair", steps=40, group=8)
    hostile = write_run(folder / HOSTILE.replace("/", "_")[:60], steps=2)
    rows = [json.loads(line) for line in (hostile / "samples.jsonl").read_text().splitlines()]
    for row in rows:
        row |= {
            "prompt": HOSTILE,
            "completion": HOSTILE,
            "failure": HOSTILE,
            "solution": HOSTILE,
            "parts": {HOSTILE: 1.0},
        }
    write_lines(hostile / "samples.jsonl", rows)
    return folder


@pytest.fixture(scope="module")
def address(runs):
    with lab_process(runs) as address:
        yield address


@pytest.fixture
def page(browser, address):  # noqa: F811
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    wrong = []
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    page.wait_for_selector("nav a")
    yield page
    page.close()
    assert [text for text in wrong if not text.startswith("Failed to load resource")] == []


def show(page, hash_, until):
    page.evaluate("address => { location.hash = address }", hash_)
    page.wait_for_selector(until)


def test_runs_are_listed_and_lead_to_theirs(page):
    show(page, "#/runs", "table.runs")
    names = page.locator("table.runs tbody a").all_inner_texts()
    assert {"runs/fair", "runs/gamed", "exact"} <= set(names)
    page.get_by_role("link", name="runs/gamed").click()
    page.wait_for_selector("table.samples tbody tr")
    assert "40 of 40 steps" in page.locator("header.title").inner_text()
    assert page.locator("table.samples tbody tr").count() == 25
    assert page.locator(".chart").count() >= 2


def test_samples_are_sorted_filtered_and_the_failure_is_marked(page):
    show(page, "#/runs?run=runs/gamed", "table.samples tbody tr")
    page.select_option("#f-failure", "any")
    page.wait_for_function("() => document.querySelectorAll('table.samples mark').length === 25")
    assert page.locator("table.samples mark").first.inner_text() == "s"
    assert "failure=any" in page.url
    page.fill("#f-text", "40+4")
    page.wait_for_function("() => document.querySelector('.pages p').textContent.includes('No sample')")
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("() => document.querySelector('.pages p').textContent.endsWith('of 640')")
    page.get_by_role("button", name="Reward").click()
    page.wait_for_function("() => document.querySelector('th[aria-sort=descending]')?.textContent.startsWith('Reward')")
    assert page.locator("td[data-label=reward]").first.inner_text() == "1"
    page.fill("#f-least", "nonsense")
    page.keyboard.press("Tab")
    assert page.get_attribute("#f-least", "aria-invalid") == "true"


def test_a_step_is_chosen_by_keys_and_the_address_says_it(page):
    show(page, "#/runs?run=runs/gamed", "table.samples tbody tr")
    page.focus("#moment")
    page.keyboard.press("Home")
    page.wait_for_function("() => location.hash.includes('step=1')")
    page.wait_for_function("() => document.querySelector('.pages p').textContent.endsWith('of 16')")
    page.locator(".plot").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.locator(".plot").first.get_attribute("aria-valuetext").startswith("step 39: 0.975")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash.includes('step=39')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_function("() => document.querySelector('.pages p')?.textContent.endsWith('of 16')")
    assert {*page.locator("button.open").all_inner_texts()} == {"39"}


def test_completions_of_a_prompt_stand_side_by_side(page):
    show(page, "#/runs?run=runs/gamed&view=prompts&step=20", "table.prompts tbody tr")
    assert page.locator("table.prompts tbody tr").count() == 2
    assert "0.5" in page.locator("table.prompts tbody tr").first.inner_text()
    page.locator("table.prompts button.open").first.click()
    page.wait_for_selector(".card")
    assert page.locator(".card").count() == 2  # equal completions are one
    assert page.locator(".card").first.inner_text().splitlines()[1] == "4 times"
    assert page.locator(".card mark").inner_text() == "s"


def test_where_two_rewards_disagree_is_seen_and_opened_by_keys(page):
    show(page, "#/runs?run=runs/gamed&view=rescored&name=exact&sort=gap&down=1", ".scatter .point")
    assert (
        "rose from 0.125 to 1.000, while exact went from 0.000 to 0.000" in page.locator(".rescored .note").inner_text()
    )
    assert page.locator(".scatter .point").count() == 640
    page.locator(".scatter .plot").focus()
    page.keyboard.press("Home")
    assert page.locator(".scatter .readout").inner_text().endswith("1 and 0, gap 1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sample")
    shown = page.locator(".sample").inner_text()
    assert "Reward that trained" in shown
    assert "exact" in shown
    assert "place=" in page.url
    page.get_by_role("button", name="Close").click()
    page.wait_for_selector(".sample", state="detached")


def test_two_runs_beside_each_other(page):
    show(page, "#/runs", "table.runs")
    for name in ("runs/fair", "runs/gamed"):
        page.get_by_label(f"Choose {name} to compare", exact=True).check()
    page.get_by_role("button", name="Compare two").click()
    page.wait_for_selector(".both")
    assert page.locator(".line.s1").count() >= 2
    assert page.locator(".both").count() == 2
    assert "0 1 2 3" in page.locator(".both").first.inner_text()
    page.get_by_role("button", name="Earlier step").click()
    page.wait_for_function("() => location.hash.includes('step=39')")


def test_texts_are_text_whatever_is_in_them(page):
    show(page, "#/runs", "table.runs")
    name = next(text for text in page.locator("table.runs a").all_inner_texts() if "img" in text)
    page.locator("table.runs a").filter(has_text="img").first.click()
    page.wait_for_selector("table.samples tbody tr")
    for view in ("prompts", "samples"):
        page.get_by_role("button", name=view.title(), exact=True).click()
        page.wait_for_timeout(300)
    page.locator("button.open").first.click()
    page.wait_for_selector(".sample")
    assert "<img" in name
    assert "\u27e8U+202E\u27e9" in page.locator(".sample").inner_text()
    assert page.locator("main img, main script").count() == 0
    assert "hit" not in page.title()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows_at_400_pixels_and_all_text_is_readable(browser, address, theme):  # noqa: F811
    page = browser.new_page(viewport={"width": 400, "height": 800}, color_scheme=theme)
    page.set_default_timeout(120_000)
    for hash_, until in (
        ("#/runs", "table.runs"),
        ("#/runs?run=runs/gamed", "table.samples tbody tr"),
        ("#/runs?run=runs/gamed&view=prompts&step=20&group=1", ".card"),
        ("#/runs?run=runs/gamed&view=rescored&name=exact&place=600", ".sample"),
        ("#/runs?run=runs/gamed&with=runs/fair", ".both"),
    ):
        page.goto("about:blank")
        page.goto(f"{address}{hash_}")
        page.wait_for_selector(until)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, hash_
        assert page.evaluate(CONTRAST) == [], hash_
    page.close()


CONTRAST = """() => {
  const light = (color) => {
    const [r, g, b] = color.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const read = (text) => text.match(/[\\d.]+/g).map(Number);
  const found = [];
  for (const one of document.querySelectorAll("main *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(one);
    if (!own || one instanceof SVGElement || one.matches(":disabled")) continue;
    if (style.visibility === "hidden" || !one.offsetParent) continue;
    let under = one, ground = read(style.backgroundColor);
    while (ground[3] === 0 && under.parentElement) {
      under = under.parentElement;
      ground = read(getComputedStyle(under).backgroundColor);
    }
    if (ground[3] > 0 && ground[3] < 1) continue;
    const [a, b] = [light(read(style.color).slice(0, 3)), light(ground.slice(0, 3))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) found.push(`${one.className} ${one.textContent.slice(0, 20)} ${contrast.toFixed(2)}`);
  }
  return found;
}"""


def test_a_run_that_trains_is_followed(tmp_path, browser):  # noqa: F811
    run = write_run(tmp_path / "run", steps=10, finished=False)
    with lab_process(run) as address:
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{address}#/runs?run=run")
        page.wait_for_selector("table.samples tbody tr")
        assert "training" in page.locator("header.title").inner_text()
        with (run / "metrics.jsonl").open("a") as file:
            file.write(json.dumps({"step": 11, "reward_mean": 0.5}) + "\n")
        row = {"step": 11, "prompt": "9+9=", "completion": "eighteen", "reward": 0.0, "parts": {}, "failure": None}
        with (run / "samples.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n" + '{"step": 12, "half a li')
        page.wait_for_selector("td.wrote >> text=eighteen")
        page.close()


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("run?run=../../etc", "unknown run"),
        ("run?run=/etc", "unknown run"),
        ("samples?run=runs/gamed&rescored=../samples", "unknown rescored file"),
        ("samples?run=runs/gamed&rescored=..%2F..%2Fx", "unknown rescored file"),
        ("samples?run=runs/gamed&sort=__class__", "unknown order"),
        ("samples?run=runs/gamed&first=-1", "first must be a whole number"),
        ("samples?run=runs/gamed&least=nan", "least must be a number"),
        ("samples?run=runs/gamed&offset=1e9", "offset must be a whole number"),
        (f"samples?run=runs/gamed&text={'x' * 500}", "more than 400 characters"),
        ("agreement?run=runs/fair&rescored=exact", "unknown rescored file"),
        ("pairs?run=runs/gamed&with=runs/gamed", "choose two runs"),
    ],
)
def test_a_request_names_what_is_shown_and_nothing_else(address, asked, wrong):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}lab/runs/{asked}", timeout=120)
    assert refused.value.code == 400
    assert wrong in json.loads(refused.value.read())["error"]


def test_folders_that_are_none_are_one_line(tmp_path):
    command = [sys.executable, "-m", "formal_envs", "lab", str(tmp_path / "none"), "--port", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode != 0
    assert "none" in done.stderr
    assert "Traceback" not in done.stderr
