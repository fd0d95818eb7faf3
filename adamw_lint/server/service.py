"""The language server: what an editor says becomes documents to lint, what is found becomes what it is told."""

import asyncio

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from adamw_lint import __version__
from adamw_lint.errors import DefectError, LintError, UnparsableError, UnreadableError
from adamw_lint.server import actions
from adamw_lint.server.documents import Document, document_at, take
from adamw_lint.server.linting import Linter
from adamw_lint.server.places import Places
from adamw_lint.server.telling import Checked, told

PAUSE = 0.15  # seconds without a key pressed before a text is linted
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            "jupyter-notebook", [types.NotebookCellLanguage("python"), types.NotebookCellLanguage("ipython")]
        )
    ]
)
WATCHED = [types.FileSystemWatcher("**/*.{py,ipynb}"), types.FileSystemWatcher("**/{pyproject,adamw-lint}.toml")]


class Service(LanguageServer):
    """The server of one editor, and what it knows of the documents that are open there."""

    def __init__(self) -> None:
        super().__init__("adamw-lint", __version__, notebook_document_sync=NOTEBOOKS)
        self.linter = Linter()
        self._checked: dict[str, Checked] = {}
        self._fixed: dict[str, tuple[Document, types.CodeAction | None]] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._complaint = ""
        self._era = 0  # how often something has changed elsewhere

    def document(self, uri: str) -> Document | None:
        """What is linted for the sake of a text or cell; None where it is not read."""
        take(self.workspace)
        return document_at(uri, self.workspace)

    def lint(self, uri: str, pause: float = 0) -> None:
        """Lint a document and tell what is found, unless another version of it comes meanwhile."""
        document = self.document(uri)
        if document is None:
            return
        if (before := self._waiting.get(document.uri)) is not None:
            before.cancel()
        self._waiting[document.uri] = asyncio.ensure_future(self._lint_and_tell(document, pause))

    def lint_all(self) -> None:
        """Lint all that is open, since something else has changed."""
        self.changed()
        for uri in [*self.workspace.notebook_documents, *self.workspace.text_documents]:
            if self.workspace.get_notebook_document(cell_uri=uri) is None:
                self.lint(uri)

    async def _lint_and_tell(self, document: Document, pause: float) -> None:
        await asyncio.sleep(pause)
        checked = await self._check(document)
        self._complain(checked.outcome.errors)
        for part, found in zip(document.parts, told(checked).values(), strict=True):
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part.uri, found, part.version))

    async def checked(self, uri: str) -> Checked | None:
        """What is found in a document as it is now; None where it is not read."""
        document = self.document(uri)
        return await self._check(document) if document is not None else None

    async def _check(self, document: Document) -> Checked:
        last = self._checked.get(document.uri)
        if last is None or last.places.document != document:
            era = self._era
            last = Checked(Places(document, self.workspace.position_codec), await self.linter.lint(document))
            if era == self._era:
                self._checked[document.uri] = last
        return last

    async def fixed(self, checked: Checked) -> types.CodeAction | None:
        """Every safe fix of a document as one action; None where there is none."""
        document = checked.places.document
        if document.uri not in self._fixed or self._fixed[document.uri][0] != document:
            self._fixed[document.uri] = document, actions.of_all(checked, await self.linter.fix(document))
        return self._fixed[document.uri][1]

    def changed(self) -> None:
        """Forget what was found, since it may depend on what has changed elsewhere."""
        self.linter.forget()
        self._era += 1
        self._checked.clear()
        self._fixed.clear()

    def close(self, uri: str, parts: list[str]) -> None:
        """Take back what was told of a document that is no longer open."""
        if (before := self._waiting.pop(uri, None)) is not None:
            before.cancel()
        self._checked.pop(uri, None)
        self._fixed.pop(uri, None)
        for part in parts:
            self.tell_nothing(part)

    def tell_nothing(self, uri: str) -> None:
        """Take back what was told of a text."""
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _complain(self, errors: tuple[LintError, ...]) -> None:
        """Say once what keeps us from linting; a text that is being written often is no Python, which is no news."""
        news = [str(each) for each in errors if not isinstance(each, UnparsableError | UnreadableError | DefectError)]
        for each in errors:
            if isinstance(each, DefectError):
                self.window_log_message(types.LogMessageParams(types.MessageType.Error, str(each)))
        if news and news[0] != self._complaint:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"adamw-lint: {news[0]}"))
        self._complaint = news[0] if news else ""
