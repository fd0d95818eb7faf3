"""Packs installed distributions into wheels again, so that pip can install them elsewhere without a network."""

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What an installer adds to the files of a wheel.
ADDED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def pack(folder: Path, *names: str) -> Path:
    """Write a wheel into the folder for every distribution named and all that these need."""
    for name in _closure(names):
        _pack(distribution(name), folder)
    return folder


def _closure(names: tuple[str, ...]) -> set[str]:
    known: set[str] = set()
    todo = list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in known:
            known.add(name)
            todo += _needed(distribution(name))
    return known


def _needed(installed: Distribution) -> Iterator[str]:
    for requirement in map(Requirement, installed.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def _pack(installed: Distribution, folder: Path) -> None:
    tag = next(line for line in (installed.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: "))[5:]
    name = installed.name.replace("-", "_")
    record = ""
    with zipfile.ZipFile(folder / f"{name}-{installed.version}-{tag}.whl", "w") as wheel:
        for file in filter(_belongs, installed.files or ()):
            data = Path(str(file.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{file.as_posix()},sha256={digest},{len(data)}\n"
            wheel.writestr(file.as_posix(), data)
        place = next(file for file in installed.files or () if file.name == "RECORD").as_posix()
        wheel.writestr(place, f"{record}{place},,\n")


def _belongs(file: PackagePath) -> bool:
    return file.parts[0] != ".." and file.suffix != ".pyc" and file.name not in ADDED
