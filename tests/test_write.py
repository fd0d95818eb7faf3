"""A fixed file takes the place of the old one whole, keeps what belongs to the file, and loses nothing to anybody."""

import fcntl
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from killed import PROGRAM, fixed_tree, plant, torn

from adamw_lint.errors import UnwritableError
from adamw_lint.fixes.claim import PREFIX, SUFFIX, claimed, sweep
from adamw_lint.fixes.write import write
from adamw_lint.read.source import Source


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "s.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n# \xc3\xa9\r\n")
    path.chmod(0o755)
    return path


def rewrite(path: Path, text: str = "y = 1\n") -> str | None:
    source = Source.of_bytes(path.read_bytes(), str(path))
    return write(source, source.with_text(text))


def test_writing_keeps_mode_encoding_and_newlines(script: Path) -> None:
    source = Source.of_bytes(script.read_bytes(), str(script))
    write(source, source.with_text(source.text.replace("1", "2")))
    assert script.read_bytes() == b"\xef\xbb\xbfx = 2\r\n# \xc3\xa9\r\n"
    assert script.stat().st_mode & 0o777 == 0o755
    assert list(script.parent.iterdir()) == [script]


@pytest.mark.parametrize(
    "data",
    [
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"\xef\xbb\xbfx = 1\r\ny = 2\r\n",
        b"x = 1\ry = 2\r",
        b"x = 1\r\ny = 2\nz = 3\r",
        b"x = 1\n\x0c\nclass A:\n    pass",
        b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\nx = '\x80'",
    ],
    ids=["cookie", "mark", "old Mac", "mixed newlines", "form feed and no last newline", "cookie of vim"],
)
def test_what_a_fix_does_not_touch_is_written_as_it_was(script: Path, data: bytes) -> None:
    script.write_bytes(data)
    source = Source.of_bytes(data, str(script))
    write(source, source.with_text(source.text.replace("x", "name")))
    assert script.read_bytes() == data.replace(b"x", b"name")


def test_a_symlink_stays_one(script: Path) -> None:
    link = script.with_name("link.py")
    link.symlink_to("s.py")
    rewrite(link)
    assert link.is_symlink()
    assert script.read_text(encoding="utf-8-sig") == "y = 1\n"


def test_a_hard_link_is_noted(script: Path) -> None:
    assert rewrite(script) is None
    other = script.with_name("other.py")
    other.hardlink_to(script)
    assert rewrite(script, "z = 1\n") == "its other hard link keeps the old text"
    assert other.read_text(encoding="utf-8-sig") == "y = 1\n"


def test_extended_attributes_stay(script: Path) -> None:
    try:
        os.setxattr(script, "user.note", b"kept")
    except OSError:  # not every file system has them: then there is nothing to keep, and writing works all the same
        rewrite(script)
        assert not os.listxattr(script)
        return
    rewrite(script)
    assert os.getxattr(script, "user.note") == b"kept"


def test_the_owner_stays(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda _, user, group: given.append((user, group)))
    rewrite(script)
    assert given == [(script.stat().st_uid, script.stat().st_gid)]


def test_an_owner_that_cannot_be_given_keeps_no_fix_away(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", forbidden)
    rewrite(script)
    assert script.read_text(encoding="utf-8-sig") == "y = 1\n"


def test_a_file_that_changed_meanwhile_is_left(script: Path) -> None:
    source = Source.of_bytes(script.read_bytes(), str(script))
    script.write_text("changed")
    with pytest.raises(UnwritableError, match="was changed while it was linted"):
        write(source, source.with_text("y = 1\n"))
    assert script.read_text() == "changed"
    assert list(script.parent.iterdir()) == [script]


def test_a_file_that_vanished_meanwhile_does_not_come_back(script: Path) -> None:
    source = Source.of_bytes(script.read_bytes(), str(script))
    script.unlink()
    with pytest.raises(UnwritableError, match=r"s\.py: not fixed: cannot be written: No such file or directory"):
        write(source, source.with_text("y = 1\n"))
    assert not list(script.parent.iterdir())


def test_a_read_only_file_is_left(script: Path) -> None:
    script.chmod(0o444)
    with pytest.raises(UnwritableError, match="not fixed: the file is read-only"):
        rewrite(script)
    assert stat.S_IMODE(script.stat().st_mode) == 0o444


def test_a_read_only_folder_is_one_clear_line(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.open

    def forbidden(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:  # what root may do all the same
            raise PermissionError(13, "Permission denied")
        return whole(path, flags, mode)

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(UnwritableError, match="not fixed: cannot be written: Permission denied"):
        rewrite(script)


def test_a_failing_write_leaves_the_file_and_no_other(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = script.read_bytes()
    with pytest.raises(UnwritableError, match="not fixed: cannot be written: No space left on device"):
        rewrite(script)
    assert script.read_bytes() == before
    assert list(script.parent.iterdir()) == [script]


def test_a_full_disk_is_one_clear_line_and_loses_nothing(tmp_path: Path) -> None:
    """The system lets the process write files of 100 bytes at most, as a disk that is nearly full does."""
    path = tmp_path / "train.py"
    path.write_text(PROGRAM)
    assert len(PROGRAM) > 100
    done = subprocess.run(
        [sys.executable, "-m", "adamw_lint", "--fix", "--no-cache", str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    assert done.returncode == 2
    assert f"{path}: not fixed: cannot be written: File too large" in done.stderr
    assert path.read_text() == PROGRAM
    assert list(tmp_path.iterdir()) == [path]


def test_two_runs_do_not_write_one_file_at_once(script: Path) -> None:
    before = script.read_bytes()
    with claimed(script) as claim:
        with pytest.raises(UnwritableError, match="not fixed: cannot be written: another run is writing it"):
            rewrite(script)
        sweep(script.parent)
        assert claim.path.exists()
    assert script.read_bytes() == before
    rewrite(script)
    assert list(script.parent.iterdir()) == [script]


def test_what_a_killed_run_left_is_removed(script: Path) -> None:
    with claimed(script) as claim:
        name = claim.path.name
    assert name.startswith(PREFIX)
    assert name.endswith(SUFFIX)
    left = script.with_name(name)
    left.write_text("torn")
    rewrite(script)
    assert list(script.parent.iterdir()) == [script]
    left.write_text("torn")
    sweep(script.parent)
    assert list(script.parent.iterdir()) == [script]


def test_what_bears_the_name_but_is_no_file_of_ours_is_not_followed(script: Path) -> None:
    with claimed(script) as claim:
        trap = claim.path
    trap.symlink_to(script)
    sweep(script.parent)
    assert script.exists()
    with pytest.raises(UnwritableError, match="not fixed"):
        rewrite(script)


def test_a_claim_that_was_swept_before_it_was_locked_is_made_again(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    raced: list[int] = []

    def race(handle: int, how: int) -> None:
        if not raced:
            raced.append(handle)
            next(script.parent.glob(f"{PREFIX}*")).unlink()
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", race)
    rewrite(script)
    assert raced
    assert script.read_text(encoding="utf-8-sig") == "y = 1\n"


def test_two_whole_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    plant(tmp_path, 20)
    command = [sys.executable, "-m", "adamw_lint", "--fix", "--quiet", "--no-cache", "."]
    null = subprocess.DEVNULL
    runs = [subprocess.Popen(command, cwd=tmp_path, stdout=null, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate()[1] for run in runs]
    refused = ("changed while it was linted", "another run is writing it")
    for line in "".join(said).splitlines():
        assert not line.startswith("error:") or any(why in line for why in refused), line
    assert fixed_tree(tmp_path) == []


def test_a_killed_run_tears_no_file(tmp_path: Path) -> None:
    assert torn(tmp_path, kills=5, files=10, seed=0).faults == []
