"""Linting runs none of the code it looks at: files that would leave a trace stand in every door, and none is opened."""

import subprocess
import sys
from pathlib import Path

import pytest

DOORS = (
    "__init__.py",
    "__main__.py",
    "adamw_lint/__init__.py",
    "click.py",
    "conftest.py",
    "libcst/__init__.py",
    "pathspec.py",
    "rich/__init__.py",
    "setup.py",
    "sitecustomize.py",
    "tomllib.py",
    "torch/__init__.py",
    "usercustomize.py",
    "yaml.py",
)
# What each door does if it is run or imported, above a mistake that makes the linter look at it closely.
PROGRAM = """from pathlib import Path
Path({trace!r}).open("a").write({name!r})
import torch
optimizer = torch.optim.Adam(torch.nn.Linear(1, 1).parameters(), weight_decay=1e-2)
raise SystemExit("was run")
"""
COMMANDS = {
    "the command": [str(Path(sys.executable).with_name("adamw-lint"))],
    "the module": [sys.executable, "-m", "adamw_lint"],
}


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    folder = tmp_path / "linted"
    for name in DOORS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PROGRAM.format(trace=str(tmp_path / "trace"), name=f"{name}\n"))
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n[tool.adamw-lint]\n'
    )
    return folder


def traces(folder: Path) -> list[str]:
    trace = folder.parent / "trace"
    return trace.read_text().split() if trace.exists() else []


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("flags", [[], ["--diff"], ["--fix"], ["--fix", "--unsafe-fixes"]], ids=" ".join)
def test_no_door_is_opened(trapped: Path, command: list[str], flags: list[str]) -> None:
    if "-m" in command:  # Python itself takes a package of our name in the working folder for us
        (trapped / "adamw_lint" / "__init__.py").unlink()
    done = subprocess.run(
        [*command, "--no-cache", *flags, "."], cwd=trapped, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert "ADW101" in done.stdout or flags
    assert traces(trapped) == []


@pytest.mark.parametrize("name", [each for each in DOORS if not each.startswith("__")])
def test_the_doors_would_leave_a_trace(trapped: Path, name: str) -> None:
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=trapped, capture_output=True, check=False)
    assert name in traces(trapped) or module in sys.builtin_module_names
