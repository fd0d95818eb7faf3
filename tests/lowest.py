"""Tells pip the lowest version that pyproject.toml allows of each library that the linter and its hosts need.

python tests/lowest.py > lowest.txt
pip install --constraint lowest.txt -e '.[test]'
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

HOSTS = ("flake8", "lsp")  # the extras that run the linter in another program


def requirements() -> list[str]:
    """What is asked for, as it is written."""
    path = Path(__file__).parent.parent / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(each for name in HOSTS for each in extras[name])]


def lowest(requirement: str) -> str:
    """The requirement of just the lowest version; raises ValueError where it has no lower bound, or a cap."""
    match = re.fullmatch(r"([\w.-]+) ?>= ?([\d.]+)", requirement)
    if match is None:
        raise ValueError(f"{requirement}: write `name>=version`, the lowest version that is tested, and no cap")
    return f"{match[1]}=={match[2]}"


if __name__ == "__main__":
    print(*sorted(map(lowest, requirements())), sep="\n")
