"""Write the files of the engine that are made from tables: ``python -m formal_envs.ludii.engine``."""

from pathlib import Path

from formal_envs.ludii.engine.headers import written

for name, text in written().items():
    Path(__file__).with_name(name).write_text(text, encoding="utf-8")
