"""The straight line of a run: inputs are found and cut, what is done already is left out, and the rest is worked on."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from adamw_lint.corpus import manifest
from adamw_lint.corpus.columns import Columns
from adamw_lint.corpus.engines import Engine, Outcome, Work, outcomes
from adamw_lint.corpus.identity import identity
from adamw_lint.corpus.inputs import inputs
from adamw_lint.corpus.manifest import Manifest
from adamw_lint.corpus.partitions import partitions
from adamw_lint.corpus.work import Job, part, work
from adamw_lint.errors import LintError
from adamw_lint.settings import Settings


class Asked(NamedTuple):
    """What a run is to do: which inputs, by which columns and settings, into which folder."""

    places: tuple[str, ...]
    folder: Path
    columns: Columns
    settings: Settings
    revision: str = "HEAD"
    resume: bool = False


class Run(NamedTuple):
    """A run that is about to begin: all that it is made of, and the jobs that are left to do."""

    manifest: Manifest
    jobs: Sequence[Job]


def prepared(asked: Asked) -> Run:
    """Find the inputs and what is left to do; raises LintError where that cannot be done, or not into this folder."""
    then = manifest.read(asked.folder)
    if then is not None and not asked.resume:
        raise LintError(
            "holds the results of another run; go on with it by `--resume`, or name another folder", str(asked.folder)
        )
    found = tuple(inputs(asked.places, asked.revision))
    now = Manifest(identity(), asked.settings.key, asked.columns, asked.revision, found, ())
    if then is not None:
        unlike = now.unlike(then)
        if unlike:
            raise LintError(f"is of another run, since {unlike}; name another folder", str(asked.folder))
        now = then
    else:
        now = now._replace(partitions=tuple(partitions(found, asked.columns)))
        _begin(asked.folder, now)
    _sweep(asked.folder)
    return Run(now, [job for job in _jobs(asked, now) if not part(asked.folder, job.number).exists()])


def _begin(folder: Path, now: Manifest) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("part-*.parquet")):
            raise LintError("holds files named as results are, but no manifest; name another folder", str(folder))
        manifest.write(folder, now)
    except OSError as error:
        raise LintError(f"cannot be written to: {error.strerror}", str(folder)) from error


def _sweep(folder: Path) -> None:
    """Clear away what a killed run left half written."""
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):
            path.unlink()


def _jobs(asked: Asked, now: Manifest) -> Iterator[Job]:
    for number, partition in enumerate(now.partitions):
        yield Job(number, partition, asked.columns, asked.settings, str(asked.folder.resolve()))


def carried_out(run: Run, folder: Path, engine: Engine, do: Work = work) -> Iterator[Outcome]:
    """What became of each job; what is set aside is written down at once, and tried again by the next run."""
    aside: list[manifest.Aside] = []
    manifest.write_aside(folder, aside)
    for outcome in outcomes(run.jobs, do, engine):
        if isinstance(outcome, manifest.Aside):
            aside.append(outcome)
            manifest.write_aside(folder, aside)
        yield outcome
