"""The questions that the report answers, each with a table and perhaps bars, in whatever form they are shown."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from adamw_lint.corpus.report.dataset import Dataset, counted, places
from adamw_lint.rulebook import Coupling, Family, pages

Row = tuple[str, ...]
_COUPLED, _DECOUPLED, _UNSCALED = Coupling.COUPLED.value, Coupling.DECOUPLED.value, Coupling.UNSCALED.value
_BINS = 12  # bars of λ
_KEYS = 40  # rows of a table by repository and the like


class Bar(NamedTuple):
    """A bar, whose parts have names and lengths."""

    label: str
    parts: tuple[tuple[str, int], ...]


class Section(NamedTuple):
    """One question: its title, what has to be said beside it, a table whose first column is text, and bars."""

    title: str
    note: str
    heads: Row
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()


def sections(data: Dataset, by: str | None) -> Iterator[Section]:
    """Every question that a corpus answers."""
    yield _overview(data)
    yield _constructions(data.constructions)
    yield _rules(data)
    yield _decays(data.constructions)
    yield _factors(data.constructions)
    if by is not None:
        yield _by(data, by)


def adams(table: pa.Table) -> pa.Table:
    """The rows that are about an optimizer of the Adam family."""
    return table.filter(pc.equal(table["family"], Family.ADAM.value))


def _overview(data: Dataset) -> Section:
    files, with_adam = data.total("files"), places(adams(data.constructions))
    rows = (
        ("files", _said(files), ""),
        ("that a word let through", _said(data.total("candidates")), _share(data.total("candidates"), files)),
        ("with an optimizer of the adam family", _said(with_adam), _share(with_adam, files)),
        ("with a finding", _said(places(data.findings)), _share(places(data.findings), files)),
        ("findings", _said(data.findings.num_rows), ""),
        ("programs that could not be linted", _said(data.failures), ""),
        ("rows without a text", _said(data.total("blank")), ""),
        ("partitions", _said(data.partitions), ""),
        ("of these not done", _said(data.missing), ""),
    )
    aside = "; ".join(f"{each.rows} ({each.reason})" for each in data.aside)
    return Section("Files", f"Set aside: {aside}." if aside else "", ("", "number", "share of files"), rows)


def _constructions(built: pa.Table) -> Section:
    kinds = [kind.value for kind in Coupling] + ["at run time"]
    found = counted(built, "framework", "kind")
    totals = _totals(found)
    rows = tuple(
        (str(name), *(_said(found.get((name, kind), 0)) for kind in kinds), _said(total)) for name, total in totals
    )
    bars = tuple(Bar(str(name), tuple((kind, found.get((name, kind), 0)) for kind in kinds)) for name, _ in totals)
    note = (
        "Calls and settings that build an optimizer of the adam family, or one whose decay is decoupled, by its decay."
    )
    return Section("Constructions by framework and kind", note, ("framework", *kinds, "all"), rows, bars)


def _totals(found: Mapping[tuple[object, ...], int]) -> list[tuple[object, int]]:
    """The sum for each first key, the largest first."""
    totals: dict[object, int] = {}
    for (name, *_), number in found.items():
        totals[name] = totals.get(name, 0) + number
    return sorted(totals.items(), key=lambda each: (-each[1], str(each[0])))


def _rules(data: Dataset) -> Section:
    found = counted(data.findings, "name", "fix")
    totals = _totals(found)
    with_adam = places(adams(data.constructions))
    rows = []
    for name, total in totals:
        files = places(data.findings.filter(pc.equal(data.findings["name"], str(name))))
        fixes = (_said(found.get((name, fix), 0)) for fix in ("safe", "unsafe", "manual"))
        code = pages()[str(name)].code if str(name) in pages() else ""
        share = _share(total, data.findings.num_rows)
        rows.append((f"{code} {name}", _said(total), share, _said(files), _share(files, with_adam), *fixes))
    heads = ("rule", "findings", "share", "files", "per file with an adam", "safe fix", "unsafe", "by hand")
    bars = tuple(Bar(str(name), (("findings", total),)) for name, total in totals)
    return Section("Rules", "", heads, tuple(rows), bars)


def _decays(built: pa.Table) -> Section:
    """How decoupled optimizers of the Adam family are given their decay, and whether something is spared from it."""
    some = adams(built.filter(pc.is_in(built["kind"], pa.array([_DECOUPLED, _UNSCALED]))))
    coupled = adams(built.filter(pc.equal(built["kind"], _COUPLED)))
    decaying = coupled.filter(pc.invert(pc.fill_null(coupled["is_default"], False)))
    zero = decaying.filter(pc.fill_null(pc.equal(decaying["decay"], 0), False)).num_rows
    asked = (
        ("decoupled, decay left at the default", some, "is_default"),
        ("decoupled, something is spared", some, "is_excluding"),
    )
    rows = [_answer(name, table[column]) for name, table, column in asked]
    written = decaying.num_rows - zero
    rows.append(
        (
            "coupled, a decay is given",
            *map(_said, (written, coupled.num_rows - written, 0)),
            _share(written, coupled.num_rows),
        )
    )
    note = (
        "The share is that of yes among yes and no: what is not known, as a decay from `**kwargs`, counts for neither."
    )
    return Section("Decays of the adam family", note, ("", "yes", "no", "not known", "share"), tuple(rows))


def _answer(name: str, column: pa.ChunkedArray) -> Row:
    yes = int(pc.sum(column).as_py() or 0)
    unknown = column.null_count
    no = len(column) - unknown - yes
    return (name, _said(yes), _said(no), _said(unknown), _share(yes, yes + no))


def _factors(built: pa.Table) -> Section:
    """The most frequent decays that are written as numbers."""
    written = adams(built.filter(pc.and_(pc.is_valid(built["decay_written"]), pc.is_valid(built["decay"]))))
    found = counted(written, "decay", "kind")
    totals = _totals(found)
    kinds = (_COUPLED, _DECOUPLED)
    shown = sorted((value for value, _ in totals[:_BINS]), key=lambda value: float(str(value)))
    bars = tuple(Bar(f"{value:g}", tuple((kind, found.get((value, kind), 0)) for kind in kinds)) for value in shown)
    rows = tuple(
        (bar.label, *(_said(number) for _, number in bar.parts), _share(sum(n for _, n in bar.parts), written.num_rows))
        for bar in bars
    )
    dynamic = adams(built.filter(pc.and_(pc.is_valid(built["decay_written"]), pc.is_null(built["decay"])))).num_rows
    numbers, later = _said(written.num_rows), _said(dynamic)
    note = f"The {len(rows)} most frequent of {numbers} that are numbers; {later} more are known at run time only."
    return Section("Decays that are written, λ", note, ("λ", *kinds, "share"), rows, bars)


def _by(data: Dataset, by: str) -> Section:
    """The main figures for each repository, framework or year, those with the most constructions first."""
    files = _files_by(data, by)
    built, found = counted(data.constructions, by, "kind"), dict(_totals(counted(data.findings, by)))
    with_adam = dict(
        _totals(
            counted(
                adams(data.constructions).group_by(list(dict.fromkeys(["repo", "revision", "path", by]))).aggregate([]),
                by,
            )
        )
    )
    totals = dict(_totals(built))
    every = sorted({*files, *totals, *found}, key=lambda key: (-totals.get(key, 0), -found.get(key, 0), str(key)))
    rows = [
        (
            "not known" if key is None else str(key),
            _said(files[key]) if key in files else "",
            _said(with_adam.get(key, 0)),
            *(_said(built.get((key, kind), 0)) for kind in (_COUPLED, _DECOUPLED)),
            _said(found.get(key, 0)),
        )
        for key in every[:_KEYS]
    ]
    note = f"The first {_KEYS} of {_said(len(every))}." if len(every) > _KEYS else ""
    heads = (by, "files", "with an adam", "coupled", "decoupled", "findings")
    return Section(f"By {by}", note, heads, tuple(rows))


def _files_by(data: Dataset, by: str) -> dict[object, int]:
    """How many files there are of each, where a file has one."""
    if by not in data.counts.column_names:
        return {}
    found = data.counts.group_by([by], use_threads=False).aggregate([("files", "sum")])
    return dict(zip(found[by].to_pylist(), found["files_sum"].to_pylist(), strict=True))


def _said(number: int) -> str:
    return f"{number:,}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else ""
