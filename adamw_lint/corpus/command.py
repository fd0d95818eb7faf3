"""`adamw-lint corpus`: lints whole corpora, on this machine or on a cluster, into a dataset of findings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adamw_lint.errors import LintError
from adamw_lint.looking import usual_jobs
from adamw_lint.options.front import Front, paths_or_verbs
from adamw_lint.options.sections import words
from adamw_lint.telling import complain

if TYPE_CHECKING:
    from adamw_lint.corpus.engines import Engine, Outcome
    from adamw_lint.corpus.running import Asked, Run

FAILED, INTERRUPTED = 2, 130
_FILE = click.Path(path_type=Path)


@click.command(
    "corpus",
    cls=Front,
    verbs={"report": "adamw_lint.corpus.report.command:reporting"},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("paths", nargs=-1, required=True, metavar="INPUT...", shell_complete=paths_or_verbs)
@click.option("--out", type=_FILE, required=True, metavar="DIR", help="The folder of the results.")
@click.option("--resume", is_flag=True, help="Go on with what stands there.")
@click.option("--content", default="content", show_default=True, metavar="COLUMN", help="The column of the code.")
@click.option("--path", metavar="COLUMN", help="That of its path.  [default: path, if there is one]")
@click.option("--repo", metavar="COLUMN", help="That of its repository.  [default: repo, if there is one]")
@click.option("--commit", metavar="COLUMN", help="That of its revision.  [default: revision, if there is one]")
@click.option("--date", metavar="COLUMN", help="That of a date or a year.  [default: date, if there is one]")
@click.option("--revision", default="HEAD", show_default=True, help="What to read of git repositories.")
@click.option("--select", multiple=True, callback=words, metavar="RULES", help="Look for these only.")
@click.option("--extend-select", multiple=True, callback=words, metavar="RULES", help="Look for these as well.")
@click.option("--ignore", multiple=True, callback=words, metavar="RULES", help="Do not look for these.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes.  [default: as many as there are cores]")
@click.option("--dask", metavar="ADDRESS|local:N", help="Work on a Dask cluster, or on one of N processes here.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def corpus(paths: Sequence[str], out: Path, quiet: bool, jobs: int | None, dask: str | None, **given: Any) -> None:
    """Lint each INPUT, however large, into the folder DIR.

    An INPUT is a file of Parquet or JSON-lines whose rows are files, a tar or zip archive (sdists and wheels too), a
    git repository, bare or not, or a folder of all these; fsspec reads addresses such as s3://bucket/shard.parquet.
    Needs `pip install 'adamw-lint[corpus]'`, and `--dask` the extra `dask` too.
    """
    try:
        raise SystemExit(_run(_asked(paths, out, given), dask, jobs or usual_jobs(), quiet))
    except LintError as error:
        complain([error])
        raise SystemExit(FAILED) from None
    except KeyboardInterrupt:
        click.echo("interrupted; the same command with `--resume` goes on", err=True)
        raise SystemExit(INTERRUPTED) from None


def need(extra: str, *modules: str) -> None:
    """Raise LintError where an extra is not installed."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise LintError(f"this needs {' and '.join(missing)}: pip install 'adamw-lint[{extra}]'")


def _asked(places: Sequence[str], out: Path, given: dict[str, Any]) -> "Asked":
    need("corpus", "pyarrow", "fsspec")
    from adamw_lint.corpus.batch import everywhere
    from adamw_lint.corpus.columns import Columns
    from adamw_lint.corpus.running import Asked

    columns = Columns(*(given[name] for name in Columns._fields))
    rules = {name.replace("_", "-"): list(given[name]) for name in ("select", "extend_select", "ignore") if given[name]}
    return Asked(tuple(places), out, columns, everywhere(rules), given["revision"], given["resume"])


def _run(asked: "Asked", dask: str | None, jobs: int, quiet: bool) -> int:
    from adamw_lint.corpus.running import carried_out, prepared

    with _engine(dask, jobs, quiet) as engine:
        run = prepared(asked)
        every = list(_with_progress(carried_out(run, asked.folder, engine), run, quiet))
    return _tell(every, run, asked)


@contextmanager
def _engine(dask: str | None, jobs: int, quiet: bool) -> "Iterator[Engine]":
    if dask is None:
        from adamw_lint.corpus.engines import pool

        yield pool(jobs)
        return
    need("dask", "distributed")
    from adamw_lint.corpus.on_dask import cluster

    with cluster(dask) as (engine, dashboard):
        if not quiet:
            click.echo(f"dashboard: {dashboard}", err=True)
        yield engine


def _with_progress(every: "Iterator[Outcome]", run: "Run", quiet: bool) -> "Iterator[Outcome]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("partitions"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    console, total = Console(stderr=True), len(run.manifest.partitions)
    files = 0
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        bar = progress.add_task("", total=total, completed=total - len(run.jobs))
        for each in every:
            files += getattr(each, "files", 0)
            progress.update(bar, advance=1, description=f"{files:,} files")
            yield each


def _tell(every: "Iterable[Outcome]", run: "Run", asked: "Asked") -> int:
    from adamw_lint.corpus.manifest import Aside

    aside = sorted(each for each in every if isinstance(each, Aside))
    complain([LintError(f"set aside: {each.reason}", each.rows) for each in aside])
    done = len(run.manifest.partitions) - len(aside)
    click.echo(f"{done} of {len(run.manifest.partitions)} partitions are done: adamw-lint corpus report {asked.folder}")
    return FAILED if aside else 0
