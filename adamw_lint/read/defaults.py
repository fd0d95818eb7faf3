"""The other files of settings that a defaults list of Hydra puts together with one, read and not composed."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from adamw_lint.diagnostics import Span
from adamw_lint.errors import UnreadableError
from adamw_lint.read.asked import Answer, is_file, stamp_of
from adamw_lint.read.nodes import Items, Node, Scalar, Table
from adamw_lint.read.settings_file import YAML, read_nodes
from adamw_lint.read.source import Source

_HEADER = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)
_WRITTEN = re.compile(r"[A-Za-z]\w*(?:\.\w+)*")  # a package; `_name_` and the like stand for others
_OVERRIDE = "override "
_SELF = "_self_"
_GLOBAL = "_global_"
_MOST = 16  # files that one list may name
_LARGEST = 200_000  # bytes of one of them


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that a list chooses: where it is chosen, and the keys of the choosing file under which it stands there.

    `is_last` says that what it states goes over what the choosing file states.
    """

    path: Path
    at: Span
    keys: tuple[str, ...]
    root: Node
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Named:
    group: str
    option: Scalar
    is_last: bool


def chosen_by(source: Source, root: Node) -> Iterator[Chosen]:
    """The files that the defaults list of a file of YAML chooses, as far as it is plain where they stand."""
    listed = root.at("defaults") if isinstance(root, Table) else None
    package = _package(source.text)
    if source.language != YAML or not isinstance(listed, Items) or package not in ("", _GLOBAL):
        return
    for named in _names(listed):
        found = _place(Path(os.path.abspath(source.path)).parent, named, package == _GLOBAL)
        if found is None:
            continue
        path, keys = found
        text, node = _read(path, stamp_of(path))
        if node is not None and _package(text) in (("", _GLOBAL) if not keys else ("",)):
            yield Chosen(path, named.option.span, keys, node, named.is_last)


def _names(listed: Items) -> Iterator[_Named]:
    """What the entries of a list name; those whose place or name is written otherwise are left out."""
    own = next((place for place, each in enumerate(listed.items) if _is_self(each)), len(listed.items))
    for place, each in enumerate(listed.items[:_MOST]):
        if isinstance(each, Scalar) and not _is_self(each):
            yield _Named("", each, place > own)
        elif isinstance(each, Table) and len(each.entries) == 1 and isinstance(each.entries[0].value, Scalar):
            group = each.entries[0].key.text.removeprefix("optional ").removeprefix(_OVERRIDE).strip()
            # What `override` chooses anew keeps its place in the list of another file.
            is_override = each.entries[0].key.text.startswith(_OVERRIDE)
            yield _Named(group, each.entries[0].value, place > own and not is_override)


def _is_self(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == _SELF


def _place(folder: Path, named: _Named, is_global: bool) -> tuple[Path, tuple[str, ...]] | None:
    """The file that is named, and the keys under which it stands; None where that is not plain."""
    (group, at, package), option = named.group.partition("@"), named.option.text.removesuffix(".yaml")
    if not re.fullmatch(r"/?[\w/-]*", group) or not re.fullmatch(r"[\w-]+", option):
        return None
    if at and not _WRITTEN.fullmatch(package):
        return None
    keys = tuple(package.split(".")) if at else None
    parts = tuple(part for part in group.split("/") if part)
    name = Path(*parts, f"{option}.yaml")
    if not group.startswith("/"):
        return (folder / name, parts if keys is None else keys) if is_file(folder / name) else None
    for root in (folder, *folder.parents[:4]):
        if is_file(root / name) and keys is not None:
            return root / name, keys
        if is_file(root / name):
            own = () if is_global else folder.relative_to(root).parts
            return (root / name, parts[len(own) :]) if parts[: len(own)] == own else None
    return None


@lru_cache(maxsize=64)
def _read(path: Path, _: Answer) -> tuple[str, Node | None]:
    """The text of a file and its one document; the stamp tells its states from one another."""
    try:
        data = path.read_bytes()
        if len(data) > _LARGEST:
            return "", None
        source = Source.of_bytes(data, str(path), YAML)
    except (OSError, UnreadableError):
        return "", None
    roots = read_nodes(source) or ()
    return source.text, roots[0] if len(roots) == 1 else None


def _package(text: str) -> str:
    """What the head of a file says of the keys under which it stands; empty where it says nothing."""
    match = _HEADER.search(text)
    return match[1] if match else ""
