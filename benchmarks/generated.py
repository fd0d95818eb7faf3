"""Makes code by the gigabyte: real functions, in files as long as real ones, few of which train."""

import ast
import random
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

MEDIAN, SPREAD = 6_000, 1.3  # bytes, lognormal, as far as the module goes on: half below 2.5 kB, 5 kB on average
_MOST = 20_000  # bytes of a function
_SHARD = 50_000  # rows
_BATCH = 5_000  # rows, and those of a row group
_EXAMPLES = Path(__file__).parent.parent / "examples"


def texts(number: int, share: float, seed: int) -> Iterator[str]:
    """As many files, each a run of functions of one module; of a share of them, a training script is a part."""
    chance, every, programs = random.Random(seed), modules(), _programs()
    for _ in range(number):
        parts = chance.choice(every)
        left, at = chance.lognormvariate(0, SPREAD) * MEDIAN, chance.randrange(len(parts) // 2 + 1)
        some = [chance.choice(programs)] if chance.random() < share else []
        while left > 0 and at < len(parts):
            some.append(parts[at])
            left -= len(parts[at])
            at += 1
        yield "\n\n".join(some)


@cache
def modules() -> Sequence[tuple[str, ...]]:
    """The functions and classes of each module of Python's own library, without those of its tests."""
    folder = Path(sysconfig.get_path("stdlib"))
    paths = (path for path in folder.rglob("*.py") if "site-packages" not in path.parts and "test" not in path.parts)
    found = (tuple(_parts(path)) for path in sorted(paths))
    return tuple(parts for parts in found if parts)


def _parts(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
        body, lines = ast.parse(text).body, text.split("\n")
    except (ValueError, SyntaxError):
        return
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            part = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            if len(part) < _MOST:
                yield part


def _programs() -> Sequence[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(_EXAMPLES.glob("*.py"))]


def tables(folder: Path, number: int, share: float) -> Path:
    """Rows as shards of Parquet in a folder, made once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not folder.exists():
        folder.mkdir(parents=True)
        for shard, first in enumerate(range(0, number, _SHARD)):
            rows = min(_SHARD, number - first)
            made = texts(rows, share, seed=shard)
            schema = pa.schema([("content", pa.string()), ("path", pa.string()), ("repo", pa.string())])
            with pq.ParquetWriter(folder / f"shard-{shard:03d}.parquet", schema, compression="zstd") as writer:
                for start in range(first, first + rows, _BATCH):
                    here = range(start, min(start + _BATCH, first + rows))
                    columns = [
                        [next(made) for _ in here],
                        [f"file{n}.py" for n in here],
                        [f"lab/{n // 20}" for n in here],
                    ]
                    writer.write_table(pa.table(columns, schema=schema))
    return folder


def repositories(folder: Path, number: int, share: float, each: int = 5_000) -> Path:
    """The same as bare git repositories, each of so many files in one commit, made once."""
    if not folder.exists():
        for index, first in enumerate(range(0, number, each)):
            git = folder / f"lab{index}.git"
            git.mkdir(parents=True)
            subprocess.run(["git", "init", "-q", "--bare", str(git)], check=True)
            rows = min(each, number - first)
            stream = b"".join(_commit(texts(rows, share, seed=1_000 + index)))
            subprocess.run(["git", "-C", str(git), "fast-import", "--quiet"], input=stream, check=True)
            subprocess.run(["git", "-C", str(git), "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    return folder


def _commit(made: Iterator[str]) -> Iterator[bytes]:
    """One commit of all files, as `git fast-import` reads it."""
    yield b"commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 3\nAll\n"
    for number, text in enumerate(made):
        data = text.encode()
        yield b"M 100644 inline package%d/file%d.py\ndata %d\n" % (number // 50, number, len(data)) + data + b"\n"
