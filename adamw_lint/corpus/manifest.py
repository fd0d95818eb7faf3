"""What a folder of results was made of, so that a run goes on where another one stopped or not at all."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from adamw_lint.corpus.columns import Columns
from adamw_lint.corpus.identity import Identity
from adamw_lint.corpus.inputs import Input, Kind
from adamw_lint.corpus.partitions import Partition
from adamw_lint.corpus.records import VERSION
from adamw_lint.errors import LintError, UnreadableError

_FILE = "manifest.json"
_ASIDE = "set-aside.json"


class Aside(NamedTuple):
    """A partition that could not be worked on: which rows of what it holds, and why."""

    number: int
    rows: str
    reason: str


class Manifest(NamedTuple):
    """What decides the results: the linter, the settings, the columns, the inputs and how these are cut."""

    linter: Identity
    settings: str
    columns: Columns
    revision: str
    inputs: tuple[Input, ...]
    partitions: tuple[Partition, ...]

    def unlike(self, then: "Manifest") -> str:
        """What is another now than it was then, in words; empty where all of it is the same."""
        is_same = (
            ("the linter", not then.linter.unlike(self.linter)),
            ("the settings", self.settings == then.settings),
            ("the columns", self.columns == then.columns),
            ("the revision", self.revision == then.revision),
        )
        unlike = [f"{name} changed" for name, same in is_same if not same]
        was, now = ({each.place: each for each in some} for some in (then.inputs, self.inputs))
        unlike += [f"`{place}` was no input" for place in sorted(now.keys() - was)]
        unlike += [f"`{place}` is no input any more" for place in sorted(was.keys() - now)]
        unlike += [f"`{place}` changed" for place in sorted(was.keys() & now) if was[place] != now[place]]
        return ", ".join(unlike[:5]) + (" and more" if len(unlike) > 5 else "")


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none; raises UnreadableError where it is damaged."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UnreadableError(f"cannot be read: {error}", str(folder / _FILE)) from error
    if not isinstance(found, dict):
        raise UnreadableError("cannot be read: it is no manifest", str(folder / _FILE))
    if found.get("schema") != VERSION:
        raise LintError(f"was written by another version of the linter (schema {found.get('schema')})", str(folder))
    return _manifest(found)


def _manifest(found: dict[str, Any]) -> Manifest:
    every = tuple(Input(Kind(kind), *rest) for kind, *rest in found["inputs"])
    cut = tuple(Partition(every[index], *rest) for index, *rest in found["partitions"])
    linter, columns = Identity(*found["linter"]), Columns(*found["columns"])
    return Manifest(linter, found["settings"], columns, found["revision"], every, cut)


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into its folder."""
    index = {each.place: number for number, each in enumerate(manifest.inputs)}
    rows = [[index[source.place], *rest] for source, *rest in manifest.partitions]
    _put(folder / _FILE, {"schema": VERSION, **manifest._asdict(), "partitions": rows})


def write_aside(folder: Path, aside: Sequence[Aside]) -> None:
    """Put the list of what was set aside into its folder; nothing is there where nothing was."""
    if aside:
        _put(folder / _ASIDE, [each._asdict() for each in sorted(aside)])
    else:
        (folder / _ASIDE).unlink(missing_ok=True)


def read_aside(folder: Path) -> list[Aside]:
    """What was set aside when the folder was last worked on."""
    try:
        return [Aside(**each) for each in json.loads((folder / _ASIDE).read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []


def _put(path: Path, found: Any) -> None:
    """Write a file in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
