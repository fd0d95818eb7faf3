"""The documentation site, built as `mkdocs build --strict` builds it, whose every complaint is an error."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def build(folder: Path, project: Path = PROJECT) -> Path:
    """Build the site into a folder; raises RuntimeError with what MkDocs says."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=project, env=quiet, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return folder


def sources() -> list[Path]:
    """The pages of the repository that are pages of the site."""
    found = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "rules").rglob("*.md")]
    return sorted([*found, *(PROJECT / "tests" / "frameworks").rglob("*.md")])


def drawn(source: Path, site: Path) -> Path:
    """The file of the site that a page of the repository becomes."""
    path = site / source.relative_to(PROJECT).with_suffix(".html")
    return path.with_name("index.html") if source.name == "README.md" else path
