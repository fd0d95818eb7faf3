"""The arithmetic of the benchmark, and that what it runs is what it says."""

import gc
import re
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, process_time

import pytest

from adamw_lint.looking import Looker
from benchmarks.corpus import python_files, repeated
from benchmarks.focus import focused
from benchmarks.measure import Command, Cost, Paired, TooLongError, cost, paired
from benchmarks.plot import draw
from benchmarks.profile import TIMED, Stages, stages
from benchmarks.report import MARKS, Results, bar, met, table, written
from benchmarks.rows import CLEAN, SCRIPT, Row

PROJECT = Path(__file__).parent.parent


def costs(*walls: float) -> tuple[Cost, ...]:
    return tuple(Cost(wall, wall / 2, 100_000_000) for wall in walls)


def python(code: str, at: Path) -> Command:
    return Command((sys.executable, "-c", code), at)


def test_a_ratio_is_the_median_of_the_pairs_not_of_the_sides() -> None:
    pairs = Paired(costs(1, 10, 3), costs(2, 10, 1))
    assert pairs.ratio() == 1
    assert pairs.middle() == (3, 2)


def test_runs_are_taken_in_turn_and_the_first_pair_is_left_out(tmp_path: Path) -> None:
    order: list[str] = []
    ours = replace(python("pass", tmp_path), before=lambda run: order.append(f"a{run}"))
    peer = replace(python("pass", tmp_path), before=lambda run: order.append(f"b{run}"))
    pairs = paired(ours, peer, {}, 2)
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert len(pairs.ours) == len(pairs.peers) == 2


def test_a_cost_is_that_of_the_process(tmp_path: Path) -> None:
    code = "import time; data = bytearray(200_000_000)\nwhile time.process_time() < 0.2: 0"
    spent = cost(python(code, tmp_path), {}, 0)
    assert spent.wall >= spent.cpu * 0.9 >= 0.18
    assert spent.peak > 200_000_000  # no upper bound: until it is replaced, a child counts what this process holds


def test_a_command_that_breaks_is_no_result(tmp_path: Path) -> None:
    assert cost(python("raise SystemExit(1)", tmp_path), {}, 0).wall > 0
    with pytest.raises(RuntimeError, match="ended with 3: no"):
        cost(python("import os, sys; print('no', file=sys.stderr, flush=True); os._exit(3)", tmp_path), {}, 0)


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    began = monotonic()
    with pytest.raises(TooLongError, match=r"took more than 0\.5 s"):
        cost(python(code, tmp_path), {}, 0, most=0.5)
    assert monotonic() - began < 30


def test_a_tree_is_repeated_by_links(tmp_path: Path) -> None:
    (tmp_path / "tree" / "a").mkdir(parents=True)
    (tmp_path / "tree" / "a" / "x.py").write_text("x = 1\n")
    many = repeated(tmp_path / "tree", 3, tmp_path / "many")
    assert len(list(python_files(many))) == 3
    assert (tmp_path / "tree" / "a" / "x.py").stat().st_nlink == 4


def test_the_table_says_what_is_met(tmp_path: Path) -> None:
    row = Row("corpus, cold", python("1", tmp_path), python("2", tmp_path), 0.9, 1 / 40)
    pairs, growth = Paired(costs(1), costs(2)), {1: costs(1), 64: costs(80)}
    results = Results([(row, pairs)], growth, [("corpus, warm", "`x` took more than 9 s")])
    told = table(results).splitlines()
    assert told[2].endswith(
        "| 1.000 s | `python -c 2 …` | 2.000 s | 0.50 | 0.9 | 1/40 | yes | 0.500 s | 0.50 |".replace(
            "python", Path(sys.executable).name
        )
    )
    assert told[3].endswith("| 100 MB | 150 MB | | 0.67 | 1 | | yes | | |")
    assert told[4].endswith("| 80.0 | 70 | | no | | |")
    assert told[5].endswith("| 1.00 | 2 | | yes | | |")
    assert told[6] == "| corpus, warm | `x` took more than 9 s | | | | | | not measured | | |"
    assert {line.count("|") for line in told} == {11}
    assert (bar(None), bar(15), bar(1 / 15), met(1, None)) == ("", "15", "1/15", "")


def test_the_picture_shows_what_the_table_says(tmp_path: Path) -> None:
    row = Row("corpus, cold", python("1", tmp_path), python("2", tmp_path), 0.9)
    draw(Results([(row, Paired(costs(1), costs(2)))], {1: costs(1), 64: costs(80)}), tmp_path / "plot.svg")
    picture = (tmp_path / "plot.svg").read_text()
    for word in ("<!-- corpus, cold", "peak memory", "of the processors", "times the tree"):
        assert word in picture


def test_only_what_is_between_the_marks_is_written() -> None:
    start, end = MARKS
    page = f"before\n{start}\nold\n{end}\nafter\n"
    assert written(written(page, "new\n"), "newer\n") == f"before\n{start}\nnewer\n{end}\nafter\n"


def test_a_stage_counts_for_itself_alone() -> None:
    clock = Stages()

    def busy(seconds: float) -> None:
        began = process_time()
        while process_time() - began < seconds:
            pass

    inner = clock.timed("inner", busy)

    def outer() -> None:
        busy(0.02)
        inner(0.1)

    clock.timed("outer", outer)()
    assert clock.spent["inner"] >= 0.1
    assert 0.02 <= clock.spent["outer"] < clock.spent["inner"]


def test_the_stages_of_a_run_are_shown(tmp_path: Path) -> None:
    here = Path.cwd()
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "clean.py").write_text(CLEAN)
    before = gc.get_threshold()
    told = stages(tmp_path).splitlines()
    assert Path.cwd() == here
    gc.set_threshold(*before)
    shown = {row.split(" | ")[0].removeprefix("| ") for row in told if row.startswith("| ")}
    assert shown >= {stage for *_, stage in TIMED if "other files" not in stage and "of these" not in stage}
    assert told[-1].startswith("2 files, of which 1 are parsed and 1 have findings.")
    assert Looker.look.__qualname__ == "Looker.look"


def test_what_focusing_would_leave_is_what_says_a_word_and_what_is_joined_to_it() -> None:
    train = "def train(model):\n    return model.backward()\n"
    caller = "def run(model):\n    return train(model)\n"
    called = "def unit(x):\n    return x\n"
    bodies = {"train": len("    return model.backward()\n"), "run": len("    return train(model)\n")}
    alone = focused([train + called])
    assert alone.said == alone.joined == 1 - len("    return x\n") / len(train + called)
    both = focused([train + caller + called])
    size = len(train + caller + called)
    assert both.said == pytest.approx(1 - (bodies["run"] + len("    return x\n")) / size)
    assert both.joined == pytest.approx(1 - len("    return x\n") / size)
    assert focused(["def f(:\n"]).said == 1  # what Python cannot read is left whole


def test_the_script_is_as_long_as_it_is_said_to_be() -> None:
    assert 230 <= SCRIPT.count("\n") <= 270
    compile(SCRIPT, "train.py", "exec")


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_what_the_front_page_says_is_what_was_measured(document: str) -> None:
    page = (PROJECT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in page.split("\n") if line.startswith("| ")]
    measured = {row[1]: float(row[5]) for row in reversed(rows) if row[5].replace(".", "").isdigit()}
    names = ("one file without an optimizer", "one 250-line script with findings", "corpus, cold", "corpus, warm")
    _, _, text = (PROJECT / document).read_text(encoding="utf-8").partition("benchmark.svg")
    said = re.findall(r"([\d.]+) (?:×|倍)", text)
    assert [float(each) for each in said] == [float(f"{measured[name]:.2g}") for name in names]
