"""Makes the entry points of this checkout known to another process, whatever is installed there."""

import os
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def environment(folder: Path) -> dict[str, str]:
    """The variables of a process in which this checkout is installed."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    _install(folder, "adamw_lint", project["entry-points"])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(PROJECT)])}


def _install(folder: Path, name: str, groups: dict[str, dict[str, str]]) -> None:
    info = folder / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1\n")
    lines = (line for group, points in groups.items() for line in _group(group, points))
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def _group(name: str, points: dict[str, str]) -> list[str]:
    return [f"[{name}]", *(f"{key} = {value}" for key, value in points.items())]
