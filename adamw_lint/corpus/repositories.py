"""Reads git repositories, bare ones and mirrors too, blob by blob at a revision, with no checkout and no network."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

import pyarrow as pa

from adamw_lint.corpus.archives import MOST, File, is_wanted, pieces
from adamw_lint.corpus.inputs import Input
from adamw_lint.errors import UnreadableError

_FILE = b"100"  # how the mode of a file begins, unlike that of a link or a submodule
_BUFFER = 1 << 20  # bytes that git may be ahead of us


class _Blob(NamedTuple):
    """A file of a revision: its path and what git calls its bytes."""

    path: str
    name: bytes


def resolved(git: str, revision: str) -> str:
    """The commit that a revision means in a repository; raises UnreadableError."""
    words = "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    return _said(git, *words, otherwise=f"it has no revision `{revision}`; `--revision` names another").decode().strip()


def repository(source: Input) -> Iterator[pa.Table]:
    """The pieces of a repository at the commit that is its mark; raises UnreadableError."""
    if not source.mark:
        raise UnreadableError("cannot be read: there is no such revision, or git refuses it", source.place)
    year = int(_said(source.place, "show", "--no-patch", "--format=%cs", source.mark)[:4])
    yield from pieces(_files(source.place, _blobs(source), year), source.repo, source.mark)


def _blobs(source: Input) -> Iterator[_Blob]:
    """The files of the commit that may be programs, in the order of their paths."""
    for entry in _said(source.place, "ls-tree", "-r", "-z", source.mark).split(b"\0")[:-1]:
        about, _, path = entry.partition(b"\t")
        mode, kind, name = about.split()
        decoded = path.decode(errors="replace")
        if kind == b"blob" and mode.startswith(_FILE) and is_wanted(decoded):
            yield _Blob(decoded, name)


def _files(git: str, blobs: Iterator[_Blob], year: int) -> Iterator[File]:
    """The bytes of each blob, all from one process of git."""
    wanted = list(blobs)
    with tempfile.TemporaryFile() as names:
        names.writelines(blob.name + b"\n" for blob in wanted)
        names.seek(0)
        command = _command(git, "cat-file", "--batch", "--buffer")
        with subprocess.Popen(
            command, _BUFFER, stdin=names, stdout=subprocess.PIPE, env=_environment(), pipesize=_BUFFER
        ) as process:
            assert process.stdout is not None
            try:
                for blob in wanted:
                    yield File(blob.path, _next(process.stdout, git), year)
            finally:
                process.stdout.close()
                process.kill()


def _next(answers: IO[bytes], git: str) -> bytes | None:
    """The bytes of the next blob; None where it is too large or missing, as in a clone that has only a part of them."""
    head = answers.readline().split()
    if len(head) == 2:
        return None
    if len(head) != 3:
        raise UnreadableError("cannot be read: git said no more", git)
    left = int(head[2])
    while left > MOST:
        left -= len(answers.read(min(left, MOST)) or b" " * left)
    data = answers.read(left + 1)
    if len(data) != left + 1:
        raise UnreadableError("cannot be read: git stopped in the middle of a file", git)
    return data[:-1] if int(head[2]) <= MOST else None


def _said(git: str, *words: str, otherwise: str = "git failed") -> bytes:
    """What git says; raises UnreadableError with what went wrong, or with `otherwise` where it does not say that."""
    try:
        done = subprocess.run(_command(git, *words), capture_output=True, check=False, env=_environment())
    except OSError as error:
        raise UnreadableError(f"git cannot be run: {error.strerror}", git) from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or [otherwise]
        raise UnreadableError(f"cannot be read: {told[0]}", git)
    return done.stdout


def _command(git: str, *words: str) -> Sequence[str]:
    """A command of git that fetches nothing, whatever the settings of the repository say."""
    return ["git", "-C", git, "-c", "protocol.allow=never", "--no-replace-objects", *words]


def _environment() -> dict[str, str]:
    """Without what a hook of git sets, which would point to another repository; and with no blob fetched on demand."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
