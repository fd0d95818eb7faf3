"""The wheel and the sdist hold what they should, and work where there is no checkout and no network."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from lowest import lowest, requirements
from packaging.requirements import Requirement
from pages import blocks
from wheelhouse import pack

from adamw_lint import __version__

PROJECT = Path(__file__).parent.parent
RULES = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "rules").rglob("*") if path.is_file()}
BAD = "import torch\n\nopt = torch.optim.Adam([weight], lr=1e-3, weight_decay=0.01)\n"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(tmp_path_factory.mktemp("wheelhouse"), "click", "hatchling", "libcst", "pathspec", "pyyaml", "rich")


@pytest.fixture
def empty(tmp_path: Path, wheels: Path) -> dict[str, str]:
    """The environment of a shell in an empty virtual environment, whose pip has the wheels and no network."""
    venv.create(tmp_path / "venv", with_pip=True, symlinks=os.name != "nt")
    scripts = next(path for path in (tmp_path / "venv").iterdir() if path.name in ("bin", "Scripts"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return clean | offline | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}


def run(command: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


def test_the_wheel_holds_the_package_and_its_pages(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for path in (PROJECT / "adamw_lint").rglob("*") if path.suffix in (".css", ".js", ".json", ".py")]
    package = {path.relative_to(PROJECT).as_posix() for path in files}
    code = {name for name in names if name.startswith("adamw_lint/")}
    assert code == package | {f"adamw_lint/{name}" for name in RULES} | {
        "adamw_lint/py.typed",
        "adamw_lint/adamw-lint.schema.json",
    }
    info = f"adamw_lint-{__version__}.dist-info"
    assert {PurePosixPath(name).parts[0] for name in names} == {"adamw_lint", info}
    assert f"{info}/licenses/LICENSE" in names


def test_the_sdist_holds_all_that_the_project_is_made_of(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        names = {PurePosixPath(*PurePosixPath(name).parts[1:]).as_posix() for name in sdist.getnames()}
    for folder in (".ci", "adamw_lint", "docs", "examples", "tests"):
        files = [
            path
            for path in (PROJECT / folder).rglob("*")
            if path.is_file() and path.suffix != ".pyc" and ".pytest_cache" not in path.parts
        ]
        assert {path.relative_to(PROJECT).as_posix() for path in files} <= names
    assert names >= RULES
    assert names >= {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "README.zh-CN.md", "SECURITY.md"}
    assert names >= {"action.yml", "mkdocs.yml", "pyproject.toml"}
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


def test_a_second_build_gives_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    """Elsewhere, of files of another age that only their owner may read, by what the sdist holds."""
    (archive,) = dist.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path)
    folder = tmp_path / archive.name.removesuffix(".tar.gz")
    for path in folder.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(path.stat().st_mode & 0o700)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path / "again"), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == {
        path.name: path.read_bytes() for path in dist.iterdir()
    }


@pytest.mark.parametrize("requirement", requirements())
def test_each_requirement_has_the_lowest_version_that_is_tested_and_no_cap(requirement: str) -> None:
    name, version = lowest(requirement).split("==")
    assert Requirement(requirement).specifier.contains(version)
    assert Requirement(requirement).specifier.contains("999")
    assert name in requirement


@pytest.mark.parametrize("requirement", ["rich", "rich<15", "rich>=13.7,<15", "rich~=13.7", "rich==13.7"])
def test_a_requirement_with_a_cap_or_without_a_bound_is_seen(requirement: str) -> None:
    with pytest.raises(ValueError, match="the lowest version that is tested"):
        lowest(requirement)


def test_the_wheel_works_in_an_empty_environment(dist: Path, tmp_path: Path, empty: dict[str, str]) -> None:
    (wheel,) = dist.glob("*.whl")
    installed = run(f'pip install "{wheel}"', tmp_path, empty)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert run("adamw-lint --version", tmp_path, empty).stdout == f"adamw-lint {__version__}\n"

    (tmp_path / "train.py").write_text(BAD)
    linted = run("adamw-lint train.py", tmp_path, empty)
    assert (linted.returncode, linted.stderr) == (1, "")
    assert linted.stdout.startswith("train.py:3:43 ADW101 coupled-decay")
    assert run("adamw-lint --fix train.py", tmp_path, empty).returncode == 0
    assert "torch.optim.AdamW(" in (tmp_path / "train.py").read_text()

    page = run("adamw-lint rule coupled-decay", tmp_path, empty).stdout
    assert page.startswith("# coupled-decay\n")
    assert run('python -c "import rules"', tmp_path, empty).returncode == 1


def test_the_first_command_of_the_readme_works_as_typed(dist: Path, tmp_path: Path, empty: dict[str, str]) -> None:
    (archive,) = dist.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path)
    folder = tmp_path / archive.name.removesuffix(".tar.gz")
    command = next(block.text for block in blocks(folder / "README.md") if block.info == "sh")
    done = run(command, folder, empty)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Found 3 findings in 3 files: 3 fixable with `adamw-lint --fix`." in done.stdout
