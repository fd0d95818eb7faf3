"""`adamw-lint server`: a language server on standard input and output, which editors start by themselves."""

from importlib.util import find_spec

import click

MISSING = "error: the language server needs pygls 2 or later: pip install 'adamw-lint[lsp]'"
FAILED = 2


@click.command("server", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stdio", is_flag=True, help="Talk on standard input and output, as it does in any case.")
def serving(stdio: bool) -> None:
    """Run a language server for editors, on standard input and output.

    It tells what is found as you write, offers fixes and comments that silence, and shows the page of a rule where the
    cursor is. Needs `pip install 'adamw-lint[lsp]'`.
    """
    if not _is_there("pygls") or not _is_there("pygls.lsp.server"):
        click.echo(MISSING, err=True)
        raise SystemExit(FAILED)
    from adamw_lint.server.features import server

    server().start_io()


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
