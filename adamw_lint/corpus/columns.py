"""Which columns of a table hold the code, its path and its repository, and the same table under the names used here."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from adamw_lint.errors import LintError

ROWS = pa.schema(
    [
        ("content", pa.large_binary()),
        ("path", pa.string()),
        ("repo", pa.string()),
        ("revision", pa.string()),
        ("year", pa.int16()),
    ]
)


class Columns(NamedTuple):
    """The names of columns; where one other than that of the code is None, the usual one is taken if it is there."""

    content: str = "content"
    path: str | None = None
    repo: str | None = None
    commit: str | None = None
    date: str | None = None

    def of(self, known: Sequence[str], place: str) -> dict[str, str]:
        """The columns to be read, by what they are here; raises LintError where one that is named is not there."""
        wanted = {
            "content": (self.content, "content", "--content"),
            "path": (self.path, "path", "--path"),
            "repo": (self.repo, "repo", "--repo"),
            "revision": (self.commit, "revision", "--commit"),
            "year": (self.date, "date", "--date"),
        }
        for said, _, option in wanted.values():
            if said is not None and said not in known:
                raise LintError(
                    f"there is no column `{said}` but {_listed(known)}; name the right one with {option}", place
                )
        named = {name: said or usual for name, (said, usual, _) in wanted.items()}
        return {name: column for name, column in named.items() if column in known}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:12]) + (" …" if len(names) > 12 else "")


def rows(table: pa.Table, names: dict[str, str], label: str, first: int) -> pa.Table:
    """The table with the columns of `ROWS`, of which only the code may be a string too, as it is one already.

    A row without a path is called by a label and the number that it has from `first` on.
    """
    columns = {name: table[column] for name, column in names.items()}
    length = table.num_rows
    strings = {name: _string(columns.get(name), length) for name in ("path", "repo", "revision")}
    if strings["path"].null_count:
        numbered = pa.array([f"{label}{first + index}" for index in range(length)], pa.string())
        strings["path"] = pc.coalesce(strings["path"], numbered)
    year = _year(columns["year"]) if "year" in columns else pa.nulls(length, pa.int16())
    return pa.table({"content": _texts(columns["content"]), **strings, "year": year})


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts, or their bytes, laid out as functions search them; raises LintError where they are neither."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    name = str(kind).removeprefix("large_").removesuffix("_view")
    if name not in ("string", "binary", "null"):
        raise LintError(f"the column of the code holds {kind}, and has to hold texts or bytes")
    plain = pa.large_binary() if name == "null" else pa.large_string() if name == "string" else pa.large_binary()
    return column if column.type in (pa.string(), pa.binary()) else column.cast(plain)


def _string(column: pa.ChunkedArray | None, length: int) -> pa.ChunkedArray:
    if column is None:
        return pa.chunked_array([pa.nulls(length, pa.string())])
    return column.cast(pa.string())


def _year(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The years of dates, of texts that begin with one, or of numbers that are one; null where there is none."""
    if pa.types.is_temporal(column.type):
        return pc.year(column).cast(pa.int16())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        head = pc.utf8_slice_codeunits(column, 0, 4)
        column = pc.if_else(pc.match_substring_regex(head, "^[0-9]{4}$"), head, None).cast(pa.int32())
    found = column.cast(pa.int64(), safe=False)
    is_one = pc.and_(pc.greater_equal(found, 1970), pc.less(found, 2200))
    return pc.if_else(is_one, found, None).cast(pa.int16())
