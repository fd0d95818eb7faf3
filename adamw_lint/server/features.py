"""What the server does about each message of an editor."""

from collections.abc import Callable
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from adamw_lint.server import actions
from adamw_lint.server.service import PAUSE, WATCHED, Service
from adamw_lint.server.telling import hover


def server() -> LanguageServer:
    """A server that knows what to do about each message, and has heard none."""
    made = Service()
    for method, answer in ANSWERS.items():
        made.feature(method)(answer)
    made.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=actions.KINDS))(offered)
    return made


async def initialized(ls: Service, _: types.InitializedParams) -> None:
    """Ask to be told when settings, or other files of a program, change."""
    watching = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions(WATCHED)
        wanted = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await ls.client_register_capability_async(types.RegistrationParams([wanted]))


async def opened(ls: Service, params: types.DidOpenTextDocumentParams) -> None:
    """Lint what was opened."""
    ls.changed()
    ls.lint(params.text_document.uri)


async def changed(ls: Service, params: types.DidChangeTextDocumentParams) -> None:
    """Lint what was written, once nothing is written for a while."""
    ls.lint(params.text_document.uri, PAUSE)


async def saved(ls: Service, _: Any) -> None:
    """Lint all that is open, for other files may be about what was saved."""
    ls.lint_all()


async def closed(ls: Service, params: types.DidCloseTextDocumentParams) -> None:
    """Take back what was told."""
    ls.close(params.text_document.uri, [params.text_document.uri])


async def notebook_opened(ls: Service, params: types.DidOpenNotebookDocumentParams) -> None:
    """Lint what was opened."""
    ls.changed()
    ls.lint(params.notebook_document.uri)


async def notebook_changed(ls: Service, params: types.DidChangeNotebookDocumentParams) -> None:
    """Lint what was written or moved, once nothing is for a while; what is no cell any more has no findings."""
    structure = params.change.cells.structure if params.change.cells else None
    for cell in structure.did_close or () if structure else ():
        ls.tell_nothing(cell.uri)
    ls.lint(params.notebook_document.uri, PAUSE)


async def notebook_closed(ls: Service, params: types.DidCloseNotebookDocumentParams) -> None:
    """Take back what was told of every cell."""
    ls.close(params.notebook_document.uri, [cell.uri for cell in params.cell_text_documents])


async def offered(ls: Service, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings in a range."""
    uri, only = params.text_document.uri, params.context.only
    checked = await ls.checked(uri)
    if checked is None:
        return []
    found: list[types.CodeAction] = []
    if actions.is_asked(actions.QUICK_FIX, only):
        found += actions.of_findings(checked, uri, params.range)
    if actions.is_asked(actions.FIX_ALL, only) and (only is not None or found):
        everything = await ls.fixed(checked)
        found += [everything] if everything is not None else []
    return found if _knows_versions(ls) else [actions.without_versions(each) for each in found]


def _knows_versions(ls: Service) -> bool:
    """Whether the editor takes changes for a version of a text, which it refuses once the text has another."""
    edits = ls.client_capabilities.workspace and ls.client_capabilities.workspace.workspace_edit
    return bool(edits and edits.document_changes)


async def told(ls: Service, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that has found something below the cursor."""
    checked = await ls.checked(params.text_document.uri)
    return hover(checked, params.text_document.uri, params.position) if checked is not None else None


async def shut_down(ls: Service, _: None) -> None:
    """Begin nothing more."""
    ls.linter.close()


ANSWERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZED: initialized,
    types.TEXT_DOCUMENT_DID_OPEN: opened,
    types.TEXT_DOCUMENT_DID_CHANGE: changed,
    types.TEXT_DOCUMENT_DID_SAVE: saved,
    types.TEXT_DOCUMENT_DID_CLOSE: closed,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: notebook_opened,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: notebook_changed,
    types.NOTEBOOK_DOCUMENT_DID_SAVE: saved,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: notebook_closed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: saved,
    types.TEXT_DOCUMENT_HOVER: told,
    types.SHUTDOWN: shut_down,
}
