"""What an editor offers for a finding: its fix, all safe fixes of the document, and a comment that silences it."""

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types

from adamw_lint.diagnostics import Diagnostic, Safety
from adamw_lint.errors import LintError
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.run import Outcome
from adamw_lint.server.documents import Part
from adamw_lint.server.telling import Checked, shown
from adamw_lint.suppress.adding import ignores

QUICK_FIX = types.CodeActionKind.QuickFix.value
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.adamw-lint"
KINDS = (QUICK_FIX, FIX_ALL)


def is_asked(kind: str, only: Sequence[str] | None) -> bool:
    """Whether actions of a kind are wanted: it, or a kind above it, or any."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") or not each for each in only)


def of_findings(checked: Checked, uri: str, wanted: types.Range) -> Iterator[types.CodeAction]:
    """The fixes of what is found in a range, and the comments that silence it."""
    found = list(checked.at(uri, wanted))
    for source, each in found:
        if (fix := _fix(checked, source, each)) is not None:
            yield fix
    for source, each in found:
        if (comment := _comment(checked, source, each)) is not None:
            yield comment


def _fix(checked: Checked, source: Source, found: Diagnostic) -> types.CodeAction | None:
    if found.fix is None:
        return None
    try:
        changes = list(checked.places.edits(source, sorted(found.fix.edits)))
    except LintError:
        return None
    is_safe = found.fix.safety is Safety.SAFE
    title = f"{found.fix.title} ({found.rule}{'' if is_safe else ', unsafe'})"
    return types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        diagnostics=[shown(checked.places, source, found)],
        is_preferred=is_safe,
        edit=_edit(changes),
    )


def _comment(checked: Checked, source: Source, found: Diagnostic) -> types.CodeAction | None:
    if pages()[found.rule].about_comments:
        return None
    try:
        changes = list(checked.places.edits(source, ignores(source, [found], "")))
    except LintError:
        return None
    return types.CodeAction(
        f"ignore {found.rule} on this line",
        types.CodeActionKind.QuickFix,
        diagnostics=[shown(checked.places, source, found)],
        edit=_edit(changes),
    )


def of_all(checked: Checked, fixed: Outcome) -> types.CodeAction | None:
    """Every safe fix of the document, as `--fix` makes them."""
    if fixed.after is None or not fixed.changed:
        return None
    edit = _edit(checked.places.rewritten(fixed.after))
    return types.CodeAction("fix all that adamw-lint can fix safely", FIX_ALL, edit=edit)


def _edit(changes: Iterable[tuple[Part, list[types.TextEdit]]]) -> types.WorkspaceEdit:
    """The changes of one action; an editor refuses them once the text has another version."""
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version), edits)
            for part, edits in changes
        ]
    )


def without_versions(action: types.CodeAction) -> types.CodeAction:
    """The same for an editor that does not know to which version of a text changes belong."""
    changes = action.edit.document_changes if action.edit is not None else None
    edits = {each.text_document.uri: each.edits for each in changes or () if isinstance(each, types.TextDocumentEdit)}
    plain = {uri: [each for each in of if isinstance(each, types.TextEdit)] for uri, of in edits.items()}
    return types.CodeAction(
        action.title, action.kind, action.diagnostics, action.is_preferred, edit=types.WorkspaceEdit(changes=plain)
    )
