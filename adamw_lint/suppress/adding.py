"""Writes the comments that silence what is found: on the line of a finding, or before it where no comment can stand."""

from collections.abc import Iterable, Iterator

from adamw_lint.diagnostics import Diagnostic, Edit, Span
from adamw_lint.errors import LintError
from adamw_lint.fixes.apply import edited
from adamw_lint.read.lines import lines_of
from adamw_lint.read.settings_file import JSON
from adamw_lint.read.source import Source
from adamw_lint.suppress.directives import Directive, Word, directives


def silenced(source: Source, found: Iterable[Diagnostic], reason: str) -> Source:
    """The source with a comment for every finding. Raises LintError where none can be."""
    return edited(source, ignores(source, found, reason))


def ignores(source: Source, found: Iterable[Diagnostic], reason: str) -> list[Edit]:
    """Edits that write a comment for every finding; those on one line share one. Raises LintError where none can be."""
    if source.language == JSON:
        raise LintError("not silenced: JSON has no comments; a baseline or `per-file-ignores` can do it", source.path)
    on_line: dict[int, list[str]] = {}
    before: dict[int, list[str]] = {}
    for each in found:
        line, is_before = _place(source, each)
        rules = (before if is_before else on_line).setdefault(line, [])
        rules += [] if each.rule in rules else [each.rule]
    edits = [_beside(source, line, rules, reason) for line, rules in on_line.items()]
    edits += [_above(source, line, rules, reason) for line, rules in before.items()]
    return sorted(edits, key=lambda edit: edit.span)


def _place(source: Source, found: Diagnostic) -> tuple[int, bool]:
    """The line on which a comment silences a finding, and whether it has to be a line of its own before that one."""
    first = source.position(found.span.start)[0]
    last = source.position(max(found.span.start, found.span.end - 1))[0]
    lines = lines_of(source)
    ends = [line for line in range(first, last + 1) if line in lines.open_ends]
    if ends:
        return ends[0], False
    around = lines.around(first)
    return (around.first if around is not None else first), True


def _beside(source: Source, line: int, rules: list[str], reason: str) -> Edit:
    if (there := next(_ignores(source, line), None)) is not None:
        names = [*(name.text for name in there.names or ()), *rules]
        return Edit(there.listed, ", ".join(names))
    end = source.start(line) + len(source.line(line).rstrip())
    return Edit(Span(end, source.start(line) + len(source.line(line))), f"  {_comment(rules, reason)}")


def _ignores(source: Source, line: int) -> Iterator[Directive]:
    """The comment of ours that is there already."""
    for each in directives(source):
        if each.comment.line == line and not each.comment.is_alone and each.word == Word.IGNORE and each.names:
            yield each


def _above(source: Source, line: int, rules: list[str], reason: str) -> Edit:
    start, text = source.start(line), source.line(line)
    indent = text[: len(text) - len(text.lstrip())]
    return Edit(Span(start, start), f"{indent}{_comment(rules, reason)}{source.newline}")


def _comment(rules: list[str], reason: str) -> str:
    return f"# adamw-lint: ignore[{', '.join(rules)}] {reason}".rstrip()
