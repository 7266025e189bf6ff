"""Fuzz the game language with atheris: ``python -m tests.audits.fuzz_games --minutes N --seed S``.

A coverage-guided fuzzer drives the whole way from text to playouts. A text is a Program or a GameError, nothing else;
what else holds is in ``fuzz_laws.py``. With ``--sanitize`` the engine is built with the address and undefined-behaviour
sanitizers, so that a bad access in C ends the run too.

Seeds are the games in tests/games and, where the folder is there, those of the conformance data (FORMAL_ENVS_LUDII).

With ``--texts N`` there is no atheris: N texts, every other one a game here or of the package with one to three of its
numbers and roles changed to such as lie far outside, the others random ludemes. ``--data DIR``, of records, adds
the games of its records to those; with ``--minutes`` too, it ends when they are over.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.audits.fuzz_laws import FAR, LITTLE_WORK, check

TOKEN = re.compile(r'"[^"]*"|[(){}]|[^\s(){}"]+')
NASTY = [
    *(
        "0",
        "-1",
        "1",
        "2",
        "99",
        "2147483647",
        "-2147483648",
        "99999999999",
        "1.5",
        "-0.0",
        "1e9",
        '"',
        '"A1"',
        '"ZZ99"',
    ),
    *(
        "(",
        ")",
        "{",
        "}",
        "if:",
        "at:",
        "count:",
        "//",
        "\0",
        "\N{BULLET}",
        "Mover",
        "Next",
        "Shared",
        "Neutral",
        "P16",
    ),
    *("(square 1000000000)", "(hex 0)", "(moveAgain)", "(last To)", "(sites Empty)", "(- 0 1)", "(/ 1 0)", "(% 1 0)"),
]
COMPUTED = [
    *("(- 0 5)", "(count Moves)", "(* 65536 32767)", "(player 17)", "(last To)", "(value Random (range -5 70000))"),
    *("(mapEntry 5)", "(handSite P16 70000)", "(score Mover)", "(counter)", "(^ 2 31)", "(% 7 -1)"),
]
ROLES = [
    *("P1", "P2", "P3", "P9", "P16", "Team1", "Team16", "TeamMover", "Neutral", "Shared", "All", "Each", "Mover"),
    *("Next", "Prev", "NonMover", "Enemy", "Friend", "Ally", "Player"),
]
LITERAL = re.compile(r"([A-Za-z]+:)?-?[0-9]+")
SANITIZE = "-fsanitize=address,undefined -fsanitize-undefined-trap-on-error -fno-omit-frame-pointer -g -O1"


def seeds() -> list[str]:
    """Texts to start from."""
    here = Path(__file__).parents[1]
    texts = [path.read_text(encoding="utf-8") for path in sorted(here.joinpath("games").glob("*.lud"))]
    data = Path(os.environ.get("FORMAL_ENVS_LUDII", here.parent.parent / "shared" / "ludii"))
    for name in ("games.jsonl.gz", "written.jsonl.gz"):
        texts += recorded(data / name)
    return [text for text in texts if len(text) < 3000][:: max(1, len(texts) // 300)]


def recorded(path: Path) -> list[str]:
    """The texts of a file of records, none where it is absent."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def brackets(tokens: list[str], random: Random) -> tuple[int, int]:
    """A random bracketed expression: where it begins and ends."""
    opens = [i for i, token in enumerate(tokens) if token in "({"]
    if not opens:
        return 0, len(tokens)
    begin, depth = random.choice(opens), 0
    for end in range(begin, len(tokens)):
        depth += (tokens[end] in "({") - (tokens[end] in ")}")
        if depth == 0:
            return begin, end + 1
    return begin, len(tokens)


def mutate(text: str, random: Random, pool: list[list[str]]) -> str:
    """The text with one to a few edits of tokens or of whole expressions, some taken from other games."""
    tokens = TOKEN.findall(text)
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        if not tokens:
            break
        kind, at = random.random(), random.randrange(len(tokens))
        if kind < 0.35:
            begin, end = brackets(tokens, random)
            other = random.choice(pool)
            same = [
                i
                for i, t in enumerate(other[:-1])
                if t == "(" and other[i + 1 : i + 2] == tokens[begin + 1 : begin + 2]
            ]
            if same and random.random() < 0.7:
                start, depth, stop = random.choice(same), 0, 0
                for stop in range(start, len(other)):
                    depth += (other[stop] in "({") - (other[stop] in ")}")
                    if depth == 0:
                        break
                tokens[begin:end] = other[start : stop + 1]
            else:
                first, last = brackets(other, random)
                tokens[begin:end] = other[first:last]
        elif kind < 0.55:
            tokens[at] = random.choice(random.choice(pool))
        elif kind < 0.75:
            tokens[at] = random.choice(NASTY)
        elif kind < 0.85:
            del tokens[at]
        elif kind < 0.95:
            begin, end = brackets(tokens, random)
            tokens[begin:begin] = tokens[begin:end]
        else:
            text = " ".join(tokens)
            place = random.randrange(len(text) + 1)
            return text[:place] + chr(random.randrange(0x3000)) + text[place + random.choice([0, 1, 5]) :]
    return " ".join(tokens)


def far(text: str, random: Random) -> str:
    """The text with one to three of its numbers and roles changed to others, most of them far outside."""
    tokens = TOKEN.findall(re.sub(r"//.*", "", text))
    places = [i for i, token in enumerate(tokens) if LITERAL.fullmatch(token) or token in ROLES]
    for at in random.sample(places, min(len(places), random.choice([1, 1, 1, 2, 3]))):
        label, colon, _ = tokens[at].rpartition(":")
        if tokens[at] in ROLES:
            tokens[at] = random.choice(ROLES)
        else:
            tokens[at] = label + colon + (random.choice(COMPUTED) if random.random() < 0.2 else str(random.choice(FAR)))
    return " ".join(tokens)


def fuzz_numbers(options: argparse.Namespace) -> None:
    """The child of ``--texts``: a text that breaks a law, or the engine, is left behind in a file."""
    from formal_envs.ludii.play import report
    from tests.support.random_rules import Writer

    report.MAX_WORK = report.MAX_TOTAL_WORK = LITTLE_WORK
    root = Path(__file__).parents[2]
    folders = root / "tests" / "games", root / "formal_envs" / "tasks" / "game" / "games"
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.rglob("*.lud"))]
    texts += [text for folder in options.data for text in recorded(folder / "games.jsonl.gz") if len(text) < 10_000]
    last = Path(options.out, "last.lud")
    ends = time.monotonic() + 60 * options.minutes if options.minutes else math.inf
    for index in range(options.texts):
        if time.monotonic() > ends:
            print(f"{index} texts")
            break
        random = Random(f"{options.seed}/{index}")
        text = far(random.choice(texts), random) if index % 2 else Writer(random).game()
        last.write_text(text, encoding="utf-8")
        check(text)
    last.unlink(missing_ok=True)


def fuzz(options: argparse.Namespace) -> None:
    """The child: fuzz until the time is up or a law breaks."""
    import atheris

    with atheris.instrument_imports(include=["formal_envs.ludii"]):
        from formal_envs.ludii.engine import library as native
        from formal_envs.ludii.language import printer  # noqa: F401
    native.library()  # compiled before the clock runs

    pool = [TOKEN.findall(text) for text in seeds()]
    started, counts = time.monotonic(), {"texts": 0}

    def one(data: bytes) -> None:
        counts["texts"] += 1
        check(data.decode("utf-8", errors="surrogateescape").encode("utf-8", errors="replace").decode("utf-8"))

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.02 or not data:
            return atheris.Mutate(data, max_size)
        return mutate(data.decode("utf-8", errors="replace"), random, pool).encode("utf-8", errors="replace")[:max_size]

    with tempfile.TemporaryDirectory() as corpus:
        for index, text in enumerate(seeds()):
            Path(corpus, str(index)).write_text(text, encoding="utf-8")
        arguments = [
            *(
                sys.argv[0],
                corpus,
                f"-max_total_time={round(60 * (options.minutes or 1.0))}",
                f"-seed={options.seed + 1}",
            ),
            *("-max_len=6000", "-timeout=120", "-rss_limit_mb=2500", "-print_final_stats=1"),
            f"-artifact_prefix={options.out}/",
        ]
        atheris.Setup(arguments, one, custom_mutator=mutator)
        atheris.Fuzz()
    print(counts, time.monotonic() - started)


def main() -> int:
    """Run the fuzzer in a child, so that a crash of the engine is reported here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.0, help="default: 1, and with --texts no limit")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a folder of records, for --texts")
    parser.add_argument("--texts", type=int, default=0, help="texts with far numbers and roles, without atheris")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sanitize", action="store_true", help="build the engine with sanitizers (needs clang)")
    parser.add_argument("--out", default="runs/fuzz", help="where a text that breaks a law is written")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    Path(options.out).mkdir(parents=True, exist_ok=True)
    if options.child:
        fuzz_numbers(options) if options.texts else fuzz(options)
        return 0
    environment = dict(os.environ)
    if options.sanitize:
        import atheris

        environment |= {
            "CC": "clang",
            "CFLAGS": SANITIZE,
            "LD_PRELOAD": str(Path(atheris.__file__).parent.parent / "asan_with_fuzzer.so"),
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:handle_sigill=1",
        }
    done = subprocess.run([sys.executable, "-m", "tests.audits.fuzz_games", "--child", *sys.argv[1:]], env=environment)
    print("a law was broken" if done.returncode else "every law held")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
