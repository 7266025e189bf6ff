"""Any grammar as a task: write the query that gives these rows. The evaluator runs it.

python examples/sql_grammar.py
"""

import sqlite3
from contextlib import closing

import gymnasium
from lark import Tree

import formal_envs  # noqa: F401  (registers the environments)

GRAMMAR = """
!start: "SELECT" columns "FROM" "animals" ["WHERE" condition] ["ORDER" "BY" COLUMN ["DESC"]]
!columns: "*" | COLUMN ("," COLUMN)*
!condition: comparison (("AND" | "OR") comparison)*
!comparison: "legs" ("<" | "=" | ">") NUMBER | "name" "=" NAME
COLUMN: "name" | "legs" | "wings"
NUMBER: "0" | "2" | "4" | "6" | "8"
NAME: "'ant'" | "'bat'" | "'cat'" | "'eel'" | "'hen'" | "'spider'"
%ignore " "
"""
ANIMALS = [("ant", 6, 0), ("bat", 2, 2), ("cat", 4, 0), ("eel", 0, 0), ("hen", 2, 2), ("spider", 8, 0)]


def database() -> sqlite3.Connection:
    """The animals, in a database of its own each time: threads may not share one."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE animals (name TEXT, legs INT, wings INT)")
    connection.executemany("INSERT INTO animals VALUES (?, ?, ?)", ANIMALS)
    return connection


def rows(tree: Tree) -> str:
    """The prompt: what a query gives, a line per row, and an empty line."""
    query = " ".join(tree.scan_values(lambda token: token is not None))
    with closing(database()) as connection:
        found = connection.execute(query).fetchall()
    return "".join(" ".join(map(str, row)) + "\n" for row in found) + "\n"


def same_rows(prompt: str, tree: Tree) -> float:
    """1 for the right rows in the right order, up to 0.9 for the share of lines that are in both, 0.1 for a query."""
    wanted, given = prompt.splitlines()[:-1], rows(tree).splitlines()[:-1]
    shared, either = set(wanted) & set(given), set(wanted) | set(given)
    return 1.0 if wanted == given else 0.1 + 0.8 * len(shared) / max(len(either), 1)


if __name__ == "__main__":
    env = gymnasium.make("FormalGrammar-v0", grammar=GRAMMAR, prompt=rows, evaluator=same_rows, size=40)
    prompt, _ = env.reset(seed=1)
    queries = ("SELECT * FROM animals", "SELECT name FROM animals WHERE legs > 4", "SELECT name FROM animals WHERE 1")
    for query in queries:
        score = env.unwrapped.reward.score("ant\nspider\n\n", query)
        print(f"{query:40} {score.value:.3f}  {score.failure or ''}")
    print(f"asked after reset:\n{prompt}")
