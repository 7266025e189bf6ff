"""Fuzz the programmed rewards: ``python -m tests.audits.fuzz_rewards --minutes N --seed S``. Not collected by pytest.

Random and mutated texts go through every law of the rewards: they never raise, values are finite and within the range,
they are deterministic, a batch equals its scores one by one. Of arithmetic: the plain way equals the grammar, and the
work, counted in calls, is linear in the text. Of VADER: the score is the package's for the end that is scored, and that
is bounded. Of games: the rungs of the reward's ladder, for texts and for games with a text written into them. The first
text that breaks a law is printed, shrunk, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer, SentiText

from formal_envs.errors import ParseFailure
from formal_envs.rewards import ArithmeticReward, GameReward, VaderReward
from formal_envs.tasks.arithmetic.reward import _evaluate_by_grammar, evaluate
from formal_envs.tasks.game.recomposed import TOKEN, infill_prompt
from formal_envs.tasks.sentiment.reward import MAX_WORDS
from formal_envs.tasks.sentiment.wording import MAX_CHARACTERS

REWARDS = (ArithmeticReward("paper"), ArithmeticReward("exact"))
VADER = VaderReward(repetition_penalty=0.5)
PACKAGE = SentimentIntensityAnalyzer()
GAME = GameReward(playouts=1)
GAMES = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parents[1].joinpath("games").glob("*.lud"))]
FRAGMENTS = [
    *("0", "1", "9", "14", "007", "9" * 12, "9" * 13, "9" * 5000, "1e400", "nan", "inf", "0x1", "1_0", "14.0"),
    *("+", "-", "*", "**", "=", "==", "(", ")", "()", "--", "+-", "*-", " ", "  ", "\n", "\t", "\r\n", "\0", ",", "/"),
    *(
        "٣",
        "\N{FULLWIDTH DIGIT THREE}",
        "²",
        "½",
        "é",
        "🙂",
        "\ud800",
        "\udfff",
        "\u200b",
        "\u202e",
        "\N{MINUS SIGN}",
        "x",
        "eval('1')",
    ),
]
FILM = [
    *("good", "GREAT", "bad", "worst,", "not", "never so", "isn't", "very", "kind of", "but", "BUT", "no", "the shit"),
    *("least", "without doubt", ":)", ":(", "!!!", "???", "😍", "😂😂", "❤", "\ufe0f", "\u2003"),
    *("the film", "was", "it's"),
]
"""Words that VADER treats in a way of their own, and some that it does not."""
CALLS_PER_CHARACTER = 60
"""A statement takes about 30 calls a character through the grammar."""
CALLS_AT_LEAST = 2_000


def expression(random: Random, depth: int) -> str:
    """A statement of the language, with brackets up to ``depth`` deep."""
    terms = []
    for _ in range(random.choice([1, 1, 2, 2, 3, 4, 6])):
        if depth and random.random() < 0.3:
            terms.append(f"({expression(random, depth - 1)})")
        else:
            terms.append(str(random.choice([random.randint(0, 10), random.randint(0, 10), random.randint(0, 10**12)])))
        if random.random() < 0.1:
            terms[-1] = "-" + terms[-1]
    text = terms[0]
    for term in terms[1:]:
        text += random.choice(["+", "+", "-", "*", " + "]) + term
    return text


def solved(random: Random) -> str:
    """A correct chain of sums."""
    top = random.choice([10, 10, 10**6, 10**12])
    numbers = [random.randint(0, top) for _ in range(random.choice([1, 2, 3, 4, 5, 8, 30]))]
    text = "+".join(map(str, numbers))
    while len(numbers) > 1:
        place = random.randrange(len(numbers) - 1)
        numbers[place : place + 2] = [numbers[place] + numbers[place + 1]]
        text += "=" + "+".join(map(str, numbers))
    return text


def mutated(random: Random, text: str) -> str:
    """A text with a fragment inserted or replaced, a part dropped, doubled, or moved."""
    a, b = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
    b = min(b, a + random.choice([0, 1, 1, 2, 5, 50]))
    middle = random.choice(
        ["", text[a:b] * 2, random.choice(FRAGMENTS), chr(random.randint(0, 0x10FFFF)), text[a:b][::-1]]
    )
    return text[:a] + middle + text[b:]


def drawn(random: Random) -> str:
    """A text of one of many kinds."""
    kind = random.random()
    if kind < 0.15:
        return solved(random)
    if kind < 0.3:
        return re.sub(r"[0-9](?=[+=]|$)", lambda m: random.choice([m[0]] * 9 + ["7"]), solved(random))
    if kind < 0.55:
        text = solved(random)
        for _ in range(random.choice([1, 1, 1, 2, 3, 8])):
            text = mutated(random, text)
        return text
    if kind < 0.75:
        text = "=".join(expression(random, random.randint(0, 4)) for _ in range(random.randint(1, 4)))
        return mutated(random, text) if random.random() < 0.5 else text
    if kind < 0.83:
        words = random.choices([*FILM, *FILM, *FRAGMENTS], k=random.choice([1, 3, 8, 20, 100, 600]))
        return "".join(word + random.choice(["", " ", " ", " ", "\n"]) for word in words)
    if kind < 0.9:
        return "".join(random.choices(FRAGMENTS, k=random.randint(0, 12)))
    if kind < 0.99:
        return "".join(chr(random.randint(0, 0x10FFFF)) for _ in range(random.randint(0, 30)))
    unit = random.choice([*FRAGMENTS, *FILM, "good the ", "😂x", "1+", "(1+", "1=", "1*", "-(", "1+1=2="])
    length = random.choice([900, 999, 1000, 1001, 5_000, 99_999, 100_000, 100_001])
    return (unit * (length // len(unit) + 1))[:length] + random.choice(["", "1", "=1"])


def fate(function: Callable[[str], object], statement: str) -> object:
    """What a function makes of a statement: its value, or the failure."""
    try:
        return function(statement)
    except ParseFailure as failure:
        return failure.args


def check(text: str) -> str | None:
    """The law that a text breaks, or None."""
    cut = len(text) // 2
    for reward in REWARDS:
        score = reward.score(text[:cut], text[cut:])
        low, high = reward.range
        if not (math.isfinite(score.value) and low <= score.value <= high and isinstance(score.value, float)):
            return f"value {score.value!r} is not in the range {reward.range}"
        if set(score.parts) != {"error", "exact", "well_formed"} or not all(map(math.isfinite, score.parts.values())):
            return f"parts {score.parts!r}"
        if not (score.failure is None) == (score.parts["exact"] == 1) == (score.value == 1.0):
            return f"failure, exact and value disagree: {score!r}"
        if not score.parts["well_formed"] and score.value > 1e-20:
            return f"a malformed text earns {score.value}"
        if reward.score("", text) != score or reward.score(text, "") != score:
            return "not deterministic, or the place of the cut matters"
        if reward.score_batch([text[:cut]], [text[cut:]]) != [score]:
            return "score_batch of one text differs from score"
    statements = text.split("=", 4)[:4]
    for statement in statements:
        plain, grammar = fate(evaluate, statement), fate(_evaluate_by_grammar, statement)
        if plain != grammar:
            return f"statement {statement[:80]!r}: evaluate gives {plain!r}, the grammar {grammar!r}"
    return None


def check_vader(text: str) -> str | None:
    """The law of VADER's reward that a text breaks, or None."""
    middle = len(text) // 2
    score = VADER.score(text[:middle], text[middle:])
    low, high = VADER.range
    if not (math.isfinite(score.value) and low <= score.value <= high and isinstance(score.value, float)):
        return f"value {score.value!r} is not in the range {VADER.range}"
    if set(score.parts) != {"vader", "repetition", "distinct_words", "cut"}:
        return f"parts {score.parts!r}"
    if VADER.score(text[:middle], text[middle:]) != score:
        return "not deterministic"
    end = text[int(score.parts["cut"]) :]
    expanded = "".join(
        f" {PACKAGE.emojis[character]}" if character in PACKAGE.emojis else character for character in end
    )
    words = len(SentiText(expanded).words_and_emoticons)
    if len(end) > MAX_CHARACTERS or words > MAX_WORDS:
        return f"{words} words and {len(end)} characters are scored"
    if PACKAGE.polarity_scores(end)["compound"] != score.parts["vader"]:
        return f"the package gives {PACKAGE.polarity_scores(end)}, the reward {score!r}"
    return None


def check_game(text: str) -> str | None:
    """The law of the game reward that a text breaks, or None."""
    random = Random(zlib.crc32(text.encode("utf-8", "surrogatepass")))
    game = random.choice(GAMES)
    first, second = sorted(match.start() for match in random.choices(list(TOKEN.finditer(game)), k=2))
    prompts = ["", "", infill_prompt(game, first, second)]
    completions = [text, f"{game[:first]}{text} {game[second:]}", text]
    scores = GAME.score_batch(prompts, completions)
    if scores != list(map(GameReward(playouts=1).score, prompts, completions)):
        return "not deterministic, or score_batch differs from score"
    for score in scores:
        parts = score.parts
        if not all(map(math.isfinite, parts.values())):
            return f"parts {parts!r}"
        if not (parts["plays"] <= parts["supported"] <= parts["compiles"] and isinstance(score.value, float)):
            return f"out of order: {score!r}"
        rung = 2 * parts["plays"] + parts["compiles"]  # 0 no game, 1 a game that cannot be played, 3 one that can
        if not {0.0: 0 <= score.value < 0.05, 1.0: score.value == 0.05, 3.0: 0.1 <= score.value <= 1}[rung]:
            return f"off the ladder: {score!r}"
        if (score.failure is None) != (rung == 3) or (parts["position"] == 1) != (rung > 0):
            return f"failure or position disagree: {score!r}"
    return None


def check_batch(texts: list[str]) -> str | None:
    """The law that a batch breaks, or None."""
    prompts, completions = [text[: len(text) // 3] for text in texts], [text[len(text) // 3 :] for text in texts]
    for reward in REWARDS:
        if reward.score_batch(prompts, completions) != list(map(reward.score, prompts, completions)):
            return "score_batch differs from score on each"
    return None


def check_work(text: str) -> str | None:
    """The law that the work on a text breaks, or None."""
    calls = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        REWARDS[0].score(text, "")
    finally:
        sys.setprofile(None)
    limit = CALLS_AT_LEAST + CALLS_PER_CHARACTER * len(text)
    return f"{calls} calls for {len(text)} characters" if calls > limit else None


def attempt(law: Callable[[str], str | None], text: str) -> str | None:
    """Like ``law``, with an exception as a broken law."""
    try:
        return law(text)
    except Exception as error:  # totality is one of the laws: whatever is raised is a finding
        return f"{type(error).__name__}: {str(error)[:200]}"


def shrunk(law: Callable[[str], str | None], text: str) -> str:
    """A shorter text that breaks the law too."""
    size = len(text) // 2
    while size:
        for begin in range(0, len(text), size):
            shorter = text[:begin] + text[begin + size :]
            if attempt(law, shorter):
                text = shorter
                break
        else:
            size //= 2
    return text


def main() -> int:
    """Fuzz for a while, print a summary, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = Random(options.seed)
    attempt(check_work, "1+1= 2")  # loads the grammar
    counts: Counter[str] = Counter()
    end = time.monotonic() + 60 * options.minutes
    while time.monotonic() < end:
        texts = [drawn(random) for _ in range(random.choice([1, 2, 8, 64]))]
        for text in texts:
            laws = [check, check_vader, check_game, check_work][: 4 if counts["texts"] % 16 == 0 else 3]
            for law in laws:
                if broken := attempt(law, text):
                    print(f"{law.__name__}: {broken}\ntext: {ascii(shrunk(law, text))[:2000]}")
                    return 1
                counts[law.__name__] += 1
            score = REWARDS[0].score(text, "")
            kinds = ["malformed", "off", "correct"]
            counts["texts"] += 1
            counts["characters"] += len(text)
            counts[kinds[int(score.parts["well_formed"] + score.parts["exact"])]] += 1
        try:
            broken = check_batch(texts)
        except Exception as error:  # as above
            broken = f"{type(error).__name__}: {error}"
        if broken:
            print(f"check_batch: {broken}\ntexts: {ascii(texts)[:4000]}")
            return 1
        counts["batches"] += 1
    print(f"seed {options.seed}: every law held on " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
