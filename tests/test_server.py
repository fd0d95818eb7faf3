"""The language server does in an editor what the command line does: a real client talks to it over stdio."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pages import blocks
from pytest_lsp import ClientServerConfig, LanguageClient

from adamw_lint.rulebook import pages
from adamw_lint.server.documents import LANGUAGES

PROJECT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
COMMAND = [sys.executable, "-m", "adamw_lint", "server"]
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"
GOOD = BAD.replace("weight_decay=0.01", "weight_decay=0.0")
FIXED = BAD.replace("Adam(", "AdamW(")
# Unsafe: the state that is loaded is another optimizer's.
LOADED = BAD + 'opt.load_state_dict(torch.load("old.pt"))\n'


in_session = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(scope="module", config=ClientServerConfig(server_command=COMMAND, server_env=ENVIRONMENT))  # type: ignore[untyped-decorator]
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    """An editor that counts in UTF-16, as all of them can."""
    await lsp_client.initialize_session(types.InitializeParams(capabilities(types.PositionEncodingKind.Utf16)))
    yield
    await lsp_client.shutdown_session()


def capabilities(encoding: types.PositionEncodingKind, knows_versions: bool = True) -> types.ClientCapabilities:
    edit = types.WorkspaceEditClientCapabilities(document_changes=knows_versions)
    return types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(workspace_edit=edit),
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
    )


class Editor:
    """A file as an editor has it open."""

    def __init__(self, client: LanguageClient, uri: str) -> None:
        self.client, self.uri, self.version = client, uri, 1

    async def open(self, text: str, language: str = "python") -> list[types.Diagnostic]:
        item = types.TextDocumentItem(self.uri, language, self.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.told()

    async def change(self, text: str, at: types.Range | None = None) -> list[types.Diagnostic]:
        self.write(text, at)
        return await self.told()

    def write(self, text: str, at: types.Range | None = None) -> None:
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = (
            types.TextDocumentContentChangeWholeDocument(text)
            if at is None
            else types.TextDocumentContentChangePartial(at, text)
        )
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def told(self) -> list[types.Diagnostic]:
        """What is told of the text from here on."""
        self.client.diagnostics.pop(self.uri, None)  # nothing is received before the loop has its next turn
        await until(lambda: self.uri in self.client.diagnostics)
        return list(self.client.diagnostics[self.uri])

    async def actions(self, at: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri), at, context)
        answer = await self.client.text_document_code_action_async(params)
        return [each for each in answer or [] if isinstance(each, types.CodeAction)]

    async def hover(self, line: int, column: int) -> types.Hover | None:
        document = types.TextDocumentIdentifier(self.uri)
        return await self.client.text_document_hover_async(types.HoverParams(document, types.Position(line, column)))


def edits(action: types.CodeAction) -> dict[str, list[types.TextEdit]]:
    assert action.edit
    assert action.edit.document_changes
    changes = [each for each in action.edit.document_changes if isinstance(each, types.TextDocumentEdit)]
    return {
        each.text_document.uri: [edit for edit in each.edits if isinstance(edit, types.TextEdit)] for each in changes
    }


def applied(text: str, changes: list[types.TextEdit]) -> str:
    """The text after the edits, as an editor applies them, in UTF-16 units."""
    lines = text.encode("utf-16-le").split("\n".encode("utf-16-le"))

    def offset(position: types.Position) -> int:
        return sum(len(line) + 2 for line in lines[: position.line]) + 2 * position.character

    data = text.encode("utf-16-le")
    for each in sorted(changes, key=lambda edit: (edit.range.start, edit.range.end), reverse=True):
        data = data[: offset(each.range.start)] + each.new_text.encode("utf-16-le") + data[offset(each.range.end) :]
    return data.decode("utf-16-le")


def by_command(path: Path, text: str, *options: str) -> str:
    """What the command line makes of a file."""
    path.write_text(text, encoding="utf-8")
    subprocess.run([*COMMAND[:-1], *options, str(path)], env=ENVIRONMENT, capture_output=True, check=False)
    return path.read_text(encoding="utf-8")


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what several messages bring about."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


def span(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


@pytest.fixture
def editor(client: LanguageClient, tmp_path: Path) -> Editor:
    return Editor(client, (tmp_path / "train.py").as_uri())


@in_session
async def test_what_is_opened_is_linted(editor: Editor) -> None:
    (told,) = await editor.open(BAD)
    assert (told.code, told.source, told.severity) == ("ADW101", "adamw-lint", types.DiagnosticSeverity.Warning)
    assert told.range == span(2, 42, 59)
    assert told.message.startswith("`weight_decay=0.01` goes into Adam's gradient")
    assert "\nhelp: use `torch.optim.AdamW`" in told.message
    assert told.related_information
    (related,) = told.related_information
    assert (related.location.uri, related.location.range) == (editor.uri, span(2, 18, 22))


@in_session
async def test_what_is_written_is_linted_as_it_is_now(editor: Editor) -> None:
    assert await editor.open(GOOD) == []
    assert [each.code for each in await editor.change(BAD)] == ["ADW101"]
    assert await editor.change("W(", span(2, 22, 23)) == []


@in_session
async def test_only_the_newest_of_many_versions_is_told(editor: Editor) -> None:
    await editor.open(GOOD)
    for number in range(20):
        editor.write(BAD * number)
    assert len(await editor.told()) == 19


@in_session
async def test_text_that_is_no_python_yet_is_no_reason_to_speak(editor: Editor) -> None:
    before = len(editor.client.messages)
    assert await editor.open(BAD + "def f(:\n") == []
    assert len(editor.client.messages) == before


@in_session
async def test_a_fix_gives_what_the_command_gives(editor: Editor, tmp_path: Path) -> None:
    (told,) = await editor.open(BAD)
    fix, silence, everything = await editor.actions(told.range)
    assert (fix.is_preferred, fix.kind) == (True, types.CodeActionKind.QuickFix)
    assert list(fix.diagnostics or ()) == [told]
    assert applied(BAD, edits(fix)[editor.uri]) == FIXED == by_command(tmp_path / "a.py", BAD, "--fix")
    assert silence.title == "ignore coupled-decay on this line"
    assert applied(BAD, edits(silence)[editor.uri]) == by_command(tmp_path / "b.py", BAD, "--add-ignore")
    assert everything.kind == "source.fixAll.adamw-lint"
    assert await editor.actions(span(0, 0, 3)) == []


@in_session
async def test_an_unsafe_fix_says_so_and_is_no_part_of_all(editor: Editor) -> None:
    (told,) = await editor.open(LOADED)
    fix, silence = await editor.actions(told.range)
    assert (fix.is_preferred, fix.title.endswith("(coupled-decay, unsafe)")) == (False, True)
    assert silence.title.startswith("ignore ")
    assert await editor.actions(told.range, "source.fixAll") == []


@in_session
async def test_all_safe_fixes_at_once(editor: Editor, tmp_path: Path) -> None:
    text = f"{BAD}\n\n{BAD.replace('opt =', 'other =')}"
    assert len(await editor.open(text)) == 2
    for kind in ("source", "source.fixAll", "source.fixAll.adamw-lint"):
        (everything,) = await editor.actions(span(0, 0, 0), kind)
        assert applied(text, edits(everything)[editor.uri]) == by_command(tmp_path / "a.py", text, "--fix")
    assert await editor.actions(span(0, 0, 0), "source.organizeImports") == []


@in_session
async def test_the_page_of_a_rule_is_shown_at_the_cursor(editor: Editor) -> None:
    await editor.open(BAD)
    shown = await editor.hover(2, 45)
    assert shown
    assert isinstance(shown.contents, types.MarkupContent)
    assert shown.contents.kind == types.MarkupKind.Markdown
    assert shown.contents.value == pages()["coupled-decay"].text
    assert shown.range == span(2, 42, 59)
    assert await editor.hover(0, 2) is None


@in_session
async def test_columns_are_counted_in_utf_16(editor: Editor) -> None:
    text = BAD.replace("opt = ", 'opt, _ = "🦜🦜", ')
    (told,) = await editor.open(text)
    start = text.split("\n")[2].index("weight_decay") + 2
    assert told.range == span(2, start, start + 17)
    (fix, *_) = await editor.actions(told.range)
    assert applied(text, edits(fix)[editor.uri]) == text.replace("Adam(", "AdamW(")


@in_session
async def test_a_form_feed_ends_no_line(editor: Editor) -> None:
    text = f"x = 1\n\x0c\n# \u2028\n{BAD}"
    (told,) = await editor.open(text)
    assert told.range == span(5, 42, 59)
    assert await editor.change("0.0", span(5, 55, 59)) == []


@in_session
@pytest.mark.parametrize(("encoding", "units"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
async def test_columns_are_counted_as_the_editor_asks(tmp_path: Path, encoding: str, units: int) -> None:
    client = await ClientServerConfig(server_command=COMMAND, server_env=ENVIRONMENT).start()
    assert isinstance(client, LanguageClient)
    wanted = capabilities(types.PositionEncodingKind(encoding))
    answer = await client.initialize_session(types.InitializeParams(wanted))
    assert answer.capabilities.position_encoding == encoding
    (told,) = await Editor(client, (tmp_path / "a.py").as_uri()).open(BAD.replace("opt = ", 'opt, _ = "🦜", '))
    assert told.range.start.character == 42 + len(', _ ""') + 1 + units
    await client.shutdown_session()
    assert client._server is not None
    assert client._server.returncode == 0
    await client.stop()  # type: ignore[no-untyped-call]


@pytest.mark.asyncio
async def test_an_editor_that_knows_no_versions_gets_changes_without(tmp_path: Path) -> None:
    client = await ClientServerConfig(server_command=COMMAND, server_env=ENVIRONMENT).start()
    assert isinstance(client, LanguageClient)
    wanted = capabilities(types.PositionEncodingKind.Utf16, knows_versions=False)
    await client.initialize_session(types.InitializeParams(wanted))
    editor = Editor(client, (tmp_path / "a.py").as_uri())
    (told,) = await editor.open(BAD)
    for action in await editor.actions(told.range):
        assert action.edit is not None
        assert action.edit.document_changes is None
        assert list(action.edit.changes or ()) == [editor.uri]
        assert applied(BAD, list((action.edit.changes or {})[editor.uri])) != BAD
    await client.shutdown_session()
    await client.stop()  # type: ignore[no-untyped-call]


@in_session
async def test_the_settings_of_the_folder_count(editor: Editor, tmp_path: Path) -> None:
    settings = tmp_path / "adamw-lint.toml"
    settings.write_text('[per-file-ignores]\n"train.py" = ["ADW1"]\n', encoding="utf-8")
    assert await editor.open(BAD) == []
    settings.write_text('exclude = ["train.py"]\n', encoding="utf-8")
    document = types.TextDocumentIdentifier(editor.uri)
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(document))
    assert await editor.told() == []
    settings.write_text("", encoding="utf-8")
    changed = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    assert [each.code for each in await editor.told()] == ["ADW101"]


@in_session
async def test_settings_that_make_no_sense_are_told_once(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "adamw-lint.toml").write_text('selct = ["ADW1"]\n', encoding="utf-8")
    before = len(editor.client.messages)
    assert await editor.open(BAD) == []
    assert await editor.change(BAD + "\n") == []
    (said,) = editor.client.messages[before:]
    assert "adamw-lint.toml" in said.message
    assert "`selct`" in said.message


@in_session
async def test_another_file_of_the_program_is_read_anew_when_it_is_saved(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    other = tmp_path / "optim.py"
    other.write_text("from torch.optim import SGD as Best\n", encoding="utf-8")
    text = "from optim import Best\n\nopt = Best([weight], lr=1e-3, weight_decay=0.01)\n"
    assert await editor.open(text) == []
    other.write_text("from torch.optim import Adam as Best\n", encoding="utf-8")
    changed = types.FileEvent(other.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    assert [each.code for each in await editor.told()] == ["ADW101"]


@in_session
async def test_what_is_closed_has_no_findings(editor: Editor) -> None:
    await editor.open(BAD)
    document = types.TextDocumentIdentifier(editor.uri)
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
    assert await editor.told() == []


@in_session
async def test_a_text_that_is_no_file_yet_is_linted(client: LanguageClient) -> None:
    editor = Editor(client, "untitled:Untitled-1")
    (told,) = await editor.open(BAD)
    assert told.range == span(2, 42, 59)


@in_session
async def test_markdown_and_settings_are_read(client: LanguageClient, tmp_path: Path) -> None:
    page = Editor(client, (tmp_path / "README.md").as_uri())
    text = f"# Train\n\n```python\n{BAD}```\n"
    (told,) = await page.open(text, "markdown")
    assert told.range == span(5, 42, 59)
    (fix, *_) = await page.actions(told.range)
    assert applied(text, edits(fix)[page.uri]) == by_command(tmp_path / "a.md", text, "--fix")
    settings = Editor(client, (tmp_path / "conf.yaml").as_uri())
    text = "optimizer:\n  _target_: torch.optim.Adam\n  weight_decay: 0.01\n"
    (told,) = await settings.open(text, "yaml")
    assert told.range.start.line in (1, 2)
    (fix, *_) = await settings.actions(told.range)
    assert applied(text, edits(fix)[settings.uri]) == by_command(tmp_path / "a.yaml", text, "--fix")


CELLS = ["%matplotlib inline\nimport torch", 'bird = "🦜"; decay = 0.01', BAD.split("\n")[2]]


def notebook(cells: list[str]) -> str:
    code: list[dict[str, Any]] = [{"cell_type": "code", "metadata": {}, "source": text} for text in cells]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@in_session
async def test_a_notebook_is_one_program_and_each_cell_a_text(client: LanguageClient, tmp_path: Path) -> None:
    path = tmp_path / "train.ipynb"
    uris = [f"vscode-notebook-cell:{path}#{number}" for number in range(3)]
    cells = [CELLS[0], CELLS[1], CELLS[2].replace("0.01", "decay")]
    opened = types.DidOpenNotebookDocumentParams(
        types.NotebookDocument(
            path.as_uri(), "jupyter-notebook", 1, [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris]
        ),
        [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, cells, strict=True)],
    )
    client.notebook_document_did_open(opened)
    await until(lambda: set(uris) <= set(client.diagnostics))
    assert {uri: [each.code for each in client.diagnostics[uri]] for uri in uris} == {
        uris[0]: [],
        uris[1]: [],
        uris[2]: ["ADW101"],
    }
    (told,) = client.diagnostics[uris[2]]
    assert told.range.start == types.Position(0, 42)
    last = Editor(client, uris[2])
    fix, silence, everything = await last.actions(told.range)
    assert edits(fix).keys() == edits(everything).keys() == edits(silence).keys() == {uris[2]}
    written = json.loads(by_command(path, notebook(cells), "--fix"))["cells"][2]["source"]
    assert applied(cells[2], edits(fix)[uris[2]]) == applied(cells[2], edits(everything)[uris[2]]) == written
    silent = json.loads(by_command(path, notebook(cells), "--add-ignore"))["cells"][2]["source"]
    assert applied(cells[2], edits(silence)[uris[2]]) == silent
    shown = await last.hover(0, 45)
    assert shown is not None
    change = types.NotebookDocumentCellContentChanges(
        types.VersionedTextDocumentIdentifier(2, uris[2]),
        [types.TextDocumentContentChangePartial(span(0, 22, 22), "W")],
    )
    client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(2, path.as_uri()),
            types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(text_content=[change])),
        )
    )
    await until(lambda: not client.diagnostics[uris[2]])


@in_session
async def test_what_has_no_fix_can_be_silenced_and_a_comment_cannot(editor: Editor) -> None:
    (told,) = await editor.open(BAD.replace("optim.Adam(", "optim.Adamax("))
    (silence,) = await editor.actions(told.range)
    assert silence.title == "ignore coupled-decay on this line"
    (told,) = await editor.change(FIXED.replace("0.01)", "0.01)  # adamw-lint: ignore[coupled-decay]"))
    assert told.code == "ADW901"
    assert [each.title for each in await editor.actions(told.range, "quickfix")] == [
        "take it out (unused-ignore)",
    ]


@in_session
@pytest.mark.parametrize(
    ("name", "language", "text"),
    [("notes.txt", "plaintext", BAD), ("train.py", "python", f"# coding: ascii\n# λ\n{BAD}")],
)
async def test_what_could_be_no_file_of_ours_is_left_alone(
    client: LanguageClient, tmp_path: Path, name: str, language: str, text: str
) -> None:
    editor = Editor(client, (tmp_path / name).as_uri())
    item = types.TextDocumentItem(editor.uri, language, 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert await editor.actions(span(0, 0, 40)) == []
    assert editor.uri not in client.diagnostics


@in_session
async def test_a_cell_that_is_gone_has_no_findings_and_a_notebook_that_is_closed_none(
    client: LanguageClient, tmp_path: Path
) -> None:
    path = tmp_path / "closed.ipynb"
    uris = [f"vscode-notebook-cell:{path}#{number}" for number in range(3)]
    cells = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris]
    book = types.NotebookDocument(path.as_uri(), "jupyter-notebook", 1, cells)
    texts = [types.TextDocumentItem(uri, "python", 1, BAD) for uri in uris]
    client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(book, texts))
    await until(lambda: all(client.diagnostics.get(uri) for uri in uris))
    closed = types.TextDocumentIdentifier(uris[1])
    structure = types.NotebookDocumentCellChangeStructure(types.NotebookCellArrayChange(1, 1), did_close=[closed])
    client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(2, path.as_uri()),
            types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(structure=structure)),
        )
    )
    await until(lambda: not client.diagnostics[uris[1]])
    assert client.diagnostics[uris[0]]
    rest = [types.TextDocumentIdentifier(uri) for uri in (uris[0], uris[2])]
    client.notebook_document_did_close(
        types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(path.as_uri()), rest)
    )
    await until(lambda: not any(client.diagnostics[uri] for uri in uris))


@in_session
async def test_a_notebook_that_is_open_as_text_is_linted_at_its_places_there(
    client: LanguageClient, tmp_path: Path
) -> None:
    editor = Editor(client, (tmp_path / "text.ipynb").as_uri())
    text = notebook([CELLS[0], CELLS[2]])
    (told,) = await editor.open(text, "json")
    start = text.index("weight_decay")
    assert told.range == span(0, start, start + 17)
    fix, *_ = await editor.actions(told.range)
    assert applied(text, edits(fix)[editor.uri]) == by_command(tmp_path / "b.ipynb", text, "--fix")


def test_without_pygls_one_line_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['pygls'] = None; from adamw_lint.cli import main; main(['server'])"
    done = subprocess.run([sys.executable, "-c", hidden], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: the language server needs pygls 2 or later: pip install 'adamw-lint[lsp]'\n"


def test_the_lines_that_set_an_editor_up_start_the_server() -> None:
    shown = {each.info: each.text for each in reversed(blocks(PROJECT / "docs" / "editors.md"))}
    vscode = json.loads(shown["json"])
    helix = tomllib.loads(shown["toml"])["language-server"]["adamw-lint"]
    assert [vscode["glspc.server.command"], *vscode["glspc.server.commandArguments"]] == ["adamw-lint", "server"]
    assert [helix["command"], *helix["args"]] == ["adamw-lint", "server"]
    assert set(vscode["glspc.server.languageId"]) == set(LANGUAGES)
