"""Which files a run looks at."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from adamw_lint.errors import UnreadableError
from adamw_lint.read.discover import discover
from adamw_lint.read.prefilter import may_concern
from adamw_lint.settings import Glob, Settings


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(*paths: str) -> None:
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(*paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    settings = Settings(frozenset(), exclude=tuple(Glob(pattern, str(Path.cwd())) for pattern in exclude))
    return [str(path) for path in discover(paths or (".",), lambda _: settings)]


def test_a_folder_is_walked_in_order(tree: Path) -> None:
    plant("b.py", "a/z.py", "a/notes.txt", "c.pyi", ".hidden/x.py", ".x.py", "venv/x.py", "a/node_modules/x.py")
    assert found() == ["a/z.py", "b.py"]
    assert found("a/", "./b.py", "a/../b.py") == ["a/z.py", "b.py"]


def test_what_is_named_is_taken(tree: Path) -> None:
    plant("build/x.py", "script", ".x.py", "ignored/deep/x.py")
    Path(".git").mkdir()
    Path(".gitignore").write_text("ignored\n*.py\n")
    assert found("build/x.py", "script", ".x.py") == ["build/x.py", "script", ".x.py"]
    assert found("ignored") == ["ignored/deep/x.py"]


def test_a_missing_path_keeps_nothing_from_its_turn(tree: Path) -> None:
    plant("a.py")
    missing, file = discover(["nowhere", "a.py"])
    assert isinstance(missing, UnreadableError)
    assert str(missing) == "nowhere: no such file or folder"
    assert file == "a.py"


def test_files_are_ignored_as_git_ignores_them(tree: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    plant(
        "out/x.py", "src/out.py", "src/gen/a.py", "src/gen/keep.py", "src/old_x.py", "lib/b_tmp.py", "lib/b.py", "m.py"
    )
    Path(".gitignore").write_text("/out/\n*_tmp.py\n")
    Path("src/.gitignore").write_text("gen/*\n!gen/keep.py\nold_*\n")
    Path(".git/info/exclude").write_text("m.py\n")
    listed = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard", "*.py"], check=True, capture_output=True, text=True
    )
    assert found() == listed.stdout.split() == ["lib/b.py", "src/gen/keep.py", "src/out.py"]
    assert found("src", "lib") == ["src/gen/keep.py", "src/out.py", "lib/b.py"]


FOLDERS = ("a", "c", "deep", "x_tmp", "gen", "b")
FILES = ("b.py", "d.py", "y.py", "x_a.py")
PATTERNS = """
*.py|!*.py|/a|a/|!a/|b.py|/deep/b.py|**/gen|gen/*|!gen/d.py|x_*|deep/**|!/c/d.py|# no pattern||[cd].py|c/**/y.py|y.p?
""".strip().split("|")


@pytest.mark.parametrize("seed", range(12))
def test_any_repository_is_walked_as_git_lists_it(seed: int, tree: Path) -> None:
    chance = random.Random(seed)
    subprocess.run(["git", "init", "-q"], check=True)
    for _ in range(60):
        plant("/".join([*chance.choices(FOLDERS, k=chance.randint(0, 3)), chance.choice(FILES)]))
    for folder in [tree, *(path for path in tree.rglob("*") if path.is_dir() and ".git" not in path.parts)]:
        if chance.random() < 0.4:
            (folder / ".gitignore").write_text("\n".join(chance.sample(PATTERNS, chance.randint(1, 5))) + "\n")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-o", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout.split("\0")
    assert sorted(found()) == sorted(path for path in listed if path.endswith(".py") and not path.startswith("."))


def test_no_pattern_no_pathspec(tree: Path) -> None:
    plant("a/x.py", "b/y.py")
    code = (
        "import sys; from adamw_lint.read.discover import discover\n"
        "print(len(list(discover(['.'], suffixes=('.py',)))), 'pathspec' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert told.stdout == "2 False\n"


def test_exclude_is_added_to_the_defaults(tree: Path) -> None:
    plant("a/x.py", "b/x.py", "build/x.py")
    assert found(exclude=("b/",)) == ["a/x.py"]
    assert found(exclude=("/a", "!build")) == ["b/x.py", "build/x.py"]


def test_symlink_loops_end(tree: Path) -> None:
    plant("a/x.py")
    Path("a/loop").symlink_to("..", target_is_directory=True)
    Path("named").symlink_to("a", target_is_directory=True)
    assert found() == ["a/x.py"]
    assert found("named") == ["named/x.py"]


@pytest.mark.parametrize(
    ("data", "concerns"),
    [
        (b"torch.optim.Adam(x)", True),
        (b"\xff getattr(o, 'NAdam')", True),
        (b"torch.optim.SGD(x)", False),
        (b"", False),
        (b"x = 1  # Adam", False),
        (b'def f():\n    """Adam, of which \'no\' # is said."""', False),
        (b'x = "#", Adam(p)', True),
        (b'x = """it\'s # one""", Adam(p)', True),
        (b"x = '\\'#', Adam(p)", True),
        (b'"""One."""; x = Adam(p)', True),
        (b'told("Adam is meant")', False),
        (b'told("""Adam\nis meant""")', False),
        (b"told(f'{Adam(p)} is told')", True),
        (b'x = rf"""{Adam(p)} is told"""', True),
        (b"x = f'#'; y = Adam(p)", True),
        (b'x = {"weight_decay": 0.1}', True),
        (b"opt(p, weight_decay = 0.1)", True),
        (b"args.weight_decay=0.1", True),
        (b"def no_weight_decay(self): return no_weight_decay=={}", False),
        (b'x = {"optimizer.weight_decay": y}', False),
        (b"m = beta1 * m + (1 - beta1) * (g + wd * p); v = v + (1 - beta2) * g**2; p -= m / v.sqrt()", True),
        (b"m = (1 - b) * g**2; p -= m / m.sqrt(); wd = 1  # beta1 ...", False),
        (b"import optax\noptax.chain(optax.scale_by_adam(), optax.add_decayed_weights(1e-4))", True),
    ],
)
def test_prefilter(data: bytes, concerns: bool) -> None:
    assert may_concern(data) is concerns
