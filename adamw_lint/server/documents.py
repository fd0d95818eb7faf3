"""An open document of an editor, or the cells of a notebook, as the bytes of the file that they would be saved to."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from adamw_lint.read.documents import SUFFIXES
from adamw_lint.read.source import Source
from adamw_lint.read.unsaved import saved

# What an editor calls the languages that are read; a text that is no file yet has no suffix to tell.
LANGUAGES = {
    "python": ".py",
    "markdown": ".md",
    "restructuredtext": ".rst",
    "yaml": ".yaml",
    "json": ".json",
    "toml": ".toml",
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


class Lined(TextDocument):
    """A document whose lines end where the protocol says; those of pygls also end at form feeds and U+2028."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines with their newlines."""
        return lines(self.source)


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text with their newlines."""
    return tuple(_LINE.findall(text))


@dataclass(frozen=True, slots=True)
class Part:
    """A text that an editor shows by itself: a file, or a cell of a notebook."""

    uri: str
    version: int | None
    text: Source


@dataclass(frozen=True, slots=True)
class Document:
    """What is linted as one file: its parts as they are shown, and the bytes that would stand at `path`."""

    uri: str
    path: str
    data: bytes
    parts: tuple[Part, ...]
    is_notebook: bool = False

    def part(self, cell: int | None) -> Part:
        """The part with the cell of that number, the whole file where there are no cells."""
        return self.parts[cell if self.is_notebook and cell is not None else 0]


def take(workspace: Workspace) -> None:
    """Give the documents of a workspace lines that end where the protocol says."""
    for key, each in list(workspace.text_documents.items()):
        if not isinstance(each, Lined):
            codec = workspace.position_codec
            workspace.text_documents[key] = Lined(
                each.uri, each.source, each.version, each.language_id, position_codec=codec
            )


def document_at(uri: str, workspace: Workspace) -> Document | None:
    """What is linted for the sake of a text: itself, or the notebook with this cell; None where it is not read."""
    notebook = workspace.get_notebook_document(notebook_uri=uri) or workspace.get_notebook_document(cell_uri=uri)
    if notebook is not None:
        return _notebook(notebook, workspace)
    text = workspace.text_documents.get(unquote(uri))
    return _text(text, workspace) if text is not None else None


def _text(document: TextDocument, workspace: Workspace) -> Document | None:
    language = document.language_id or ""
    path = to_fs_path(document.uri) if document.uri.startswith("file:") else None
    if path is None:
        path = _nowhere(document.uri, LANGUAGES.get(language, ""), workspace)
    if not path.lower().endswith(SUFFIXES) and language != "python":
        return None
    data = saved(document.source, path)
    if data is None:
        return None
    part = Part(document.uri, document.version, Source.of_text(document.source, path))
    return Document(document.uri, path, data, (part,))


def _nowhere(uri: str, suffix: str, workspace: Workspace) -> str:
    """Where a text that is no file would most likely be one."""
    name = re.sub(r"\W+", "-", unquote(uri).rpartition("/")[2]).strip("-") or "untitled"
    return str(Path(workspace.root_path or Path.cwd()) / f"{name}{suffix}")


def _notebook(notebook: types.NotebookDocument, workspace: Workspace) -> Document:
    path = to_fs_path(notebook.uri) if notebook.uri.startswith("file:") else None
    cells, parts = [], []
    for cell in notebook.cells:
        text = workspace.text_documents.get(unquote(cell.document))
        said = text.source if text is not None else ""
        is_code = cell.kind == types.NotebookCellKind.Code
        language = {"vscode": {"languageId": text.language_id}} if text is not None and text.language_id else {}
        cells.append({"cell_type": "code" if is_code else "markdown", "metadata": language, "source": said})
        parts.append(Part(cell.document, text.version if text is not None else None, Source.of_text(said)))
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    return Document(
        notebook.uri, path or _nowhere(notebook.uri, ".ipynb", workspace), data, tuple(parts), is_notebook=True
    )


def texts(file: Source, document: Document) -> list[str]:
    """The texts of the parts of a document, as another text of its file has them."""
    if not document.is_notebook:
        return [file.text]
    return [cell["source"] for cell in json.loads(file.text)["cells"]]
