"""Print the versions of the packages that the project and its extras ask for by name, as far as they are installed."""

import platform
import re
from importlib.metadata import distributions, requires


def main() -> None:
    asked_for = {_key(re.split(r"[^\w.-]", line)[0]) for line in requires("formal-envs")}
    found = {_key(package.name): package for package in distributions()}
    print(f"python=={platform.python_version()}")
    for name in sorted(asked_for & found.keys()):
        print(f"{found[name].name}=={found[name].version}")


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
