"""`adamw-lint corpus report`: tells what a run over a corpus has found, in the terminal and as a page."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adamw_lint.corpus.command import FAILED, need
from adamw_lint.errors import LintError, UnwritableError
from adamw_lint.telling import complain

if TYPE_CHECKING:
    import pyarrow as pa

_FILE = click.Path(path_type=Path)


@click.command("report", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, required=True, type=_FILE, metavar="DIR...")
@click.option("--by", type=click.Choice(["repo", "framework", "year"]), help="The main figures for each of these, too.")
@click.option("--html", type=_FILE, metavar="FILE", help="Where the page goes.  [default: DIR/report.html]")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", help="How it is told here.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Tell N random findings instead, to be judged.")
@click.option("--seed", default=0, show_default=True, help="Which ones.")
def reporting(
    folders: Sequence[Path], by: str | None, html: Path | None, form: str, sample: int | None, seed: int
) -> None:
    """Tell what the runs have found whose results are in the folders DIR, and write it as a page with plots.

    A run that is not done is told as far as it came. Needs `pip install 'adamw-lint[corpus]'`.
    """
    try:
        need("corpus", "pyarrow")
        if sample is not None:
            _tell_some(folders, sample, seed)
        else:
            _tell(folders, by, html or folders[0] / "report.html", form)
    except LintError as error:
        complain([error])
        raise SystemExit(FAILED) from None


def _tell(folders: Sequence[Path], by: str | None, html: Path, form: str) -> None:
    from adamw_lint.corpus.report.dataset import Dataset
    from adamw_lint.corpus.report.page import page
    from adamw_lint.corpus.report.screen import markdown, show
    from adamw_lint.corpus.report.sections import sections

    told = list(sections(Dataset.together(folders), by))
    if form == "markdown":
        click.echo("\n".join(markdown(told)))
    else:
        show(told)
    try:
        html.write_text(page(told, f"Weight decay in {', '.join(folder.name for folder in folders)}"), encoding="ascii")
    except OSError as error:
        raise UnwritableError(f"the page cannot be written: {error.strerror}", str(html)) from error
    click.echo(f"the same with plots: {html}", err=True)


def _tell_some(folders: Sequence[Path], number: int, seed: int) -> None:
    from adamw_lint.corpus.report.dataset import Dataset

    click.echo("\n".join(_sampled(Dataset.together(folders).findings, number, seed)))


def _sampled(findings: "pa.Table", number: int, seed: int) -> Iterator[str]:
    """The place and message of some findings, in their order; the same ones each time."""
    chosen = sorted(random.Random(seed).sample(range(findings.num_rows), min(number, findings.num_rows)))
    for each in findings.take(chosen).to_pylist():
        cell = f"cell {each['cell']}:" if each["cell"] is not None else ""
        place = f"{each['repo'] or ''}: {each['path']}:{cell}{each['line']}:{each['column']}".removeprefix(": ")
        yield f"{place} {each['code']} {each['name']}  {' '.join(each['message'].split())}"
