"""What this linter is, wherever it stands: two that are the same find the same."""

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from adamw_lint import __version__
from adamw_lint.kept import rules_folder
from adamw_lint.plugged.installed import plugins

_PACKAGE = Path(__file__).parent.parent


class Identity(NamedTuple):
    """Versions, and a digest of the code and the facts, since a checkout changes under one version."""

    version: str
    digest: str
    python: str
    libcst: str
    pyarrow: str
    plugins: str

    def unlike(self, other: "Identity") -> str:
        """How another one differs, in words; empty where it is the same."""
        pairs = zip(self._fields, self, other, strict=True)
        return ", ".join(f"{name} {theirs} instead of {ours}" for name, ours, theirs in pairs if ours != theirs)


@cache
def identity() -> Identity:
    """That of this process."""
    from importlib.metadata import version

    added = ", ".join(map(str, plugins())) or "none"
    python = ".".join(map(str, sys.version_info[:3]))
    return Identity(__version__, _digest(), python, version("libcst"), version("pyarrow"), added)


def _digest() -> str:
    found = hashlib.sha256()
    for folder in (_PACKAGE, Path(rules_folder())):
        for path in sorted(each for each in folder.rglob("*") if each.suffix in (".py", ".toml", ".md")):
            found.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]
