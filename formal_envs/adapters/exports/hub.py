"""``--format hf``: a data set as the Hub has them, with a card by which environments are found."""

from __future__ import annotations

from pathlib import Path
from string import Template

from formal_envs.adapters.exports.environment import SPLITS, Environment
from formal_envs.adapters.files import missing_datasets, write_parquet

TAGS = ("rl-environment", "formal-envs", "reinforcement-learning")
"""By which environments, and those of this package, are found."""

_TEXT = Template("""\
# $title

Problems of an environment of [formal-envs](https://github.com/formal-envs/formal-envs), whose reward is a program. No
problem of `test` is one of `train`.

| column | holds |
|---|---|
| `id` | the environment, its options, the seed and the index, of which the problem is a function |
| `prompt` | the text to continue |
| `solution` | a completion that is good |
| `difficulty` | what the environment counts as such |

## How to score

The id is all that scoring needs:

```python
from datasets import load_dataset
from formal_envs.adapters.rows import score

row = load_dataset("PATH_OR_ID", split="train")[0]
score(row["id"], row["solution"]).value
```
$trust
The same problems without end, in this order, are those of `gymnasium.make("formal_envs:$env")`, with the options that
the ids hold, after `reset(seed=$seed)`. Adapters for trainers are in `formal_envs.adapters`.
""")

_TRUST = """
Its options name files, code, models or grammars: an id may hold them only where the scoring process states them, as
`score(row["id"], text, trusted=[{...}])`.
"""


def write(out: Path, environment: Environment, n: int) -> None:
    """Write a folder for ``datasets.load_dataset``: ``n`` problems to train on, a tenth as many to test, and a card.

    Raises:
        ConfigError: the extra datasets is not installed.
    """
    data = out / "data"
    numbers = {"train": n, "test": -(-n // 10)}
    card = dataset_card(environment, n)
    data.mkdir(parents=True, exist_ok=True)
    for split, number in numbers.items():
        write_parquet(environment.rows(number, split), data / f"{split}.parquet")
    (out / "README.md").write_text(card, encoding="utf-8")


def dataset_card(environment: Environment, n: int) -> str:
    """The text of the card of ``n`` problems to train on."""
    try:
        from huggingface_hub import DatasetCardData
    except ImportError:
        raise missing_datasets() from None
    files = [{"split": split, "path": f"data/{split}.parquet"} for split in SPLITS]
    title = f"{environment.env} of formal-envs"
    about = DatasetCardData(
        pretty_name=title,
        license="mit" if environment.plain else "other",
        tags=list(TAGS),
        task_categories=["text-generation"],
        size_categories=[_size(n)],
        configs=[{"config_name": "default", "data_files": files}],
    )
    trust = "" if environment.plain else _TRUST
    text = _TEXT.substitute(title=title, env=environment.env, seed=environment.seed, trust=trust)
    return f"---\n{about.to_yaml()}\n---\n\n{text}"


def _size(n: int) -> str:
    """The Hub's name for a number of rows."""
    bounds = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"))
    return next((name for bound, name in bounds if n < bound), "n>1M")
