"""The GitHub Action and the snippets for CI services, each run as far as it can be without its service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml
from pages import blocks
from reported import BROKEN, ORDINARY

PROJECT = Path(__file__).parent.parent
ACTION = PROJECT / "action.yml"
SNIPPETS = [each for each in blocks(PROJECT / "docs" / "ci.md") if each.info in ("yaml", "sh")]
CLEAN = "import torch\n\nopt = torch.optim.Adam(model.parameters(), lr=1e-3)\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the steps are written for bash")


def snippet(*words: str) -> str:
    """The one snippet that holds all of the words."""
    (found,) = [each.text for each in SNIPPETS if all(word in each.text for word in words)]
    return found


def validate(schema: str, file: Path) -> None:
    if not hasattr(click.ParamType, "__class_getitem__"):
        pytest.skip("what check-jsonschema runs with so old a click rejects a pattern in its own schemas")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with the linter, a pip that installs nothing, and a project that has a finding."""
    tools = tmp_path / "tools"
    tools.mkdir()
    path = os.pathsep.join([str(PROJECT), *sys.path])
    stub(tools / "adamw-lint", f'PYTHONPATH="{path}" exec "{sys.executable}" -m adamw_lint "$@"')
    stub(tools / "pip", "true")
    stub(tools / "apt-get", "true")
    stub(tools / "reviewdog", f'echo "$@" > "{tmp_path}/called"; cat > "{tmp_path}/piped"')
    project = tmp_path / "a project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "train.py").write_text(ORDINARY)
    (project / "clean.py").write_text(CLEAN)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    return tmp_path


def stub(path: Path, command: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{command}\n")
    path.chmod(0o755)


def bash(script: str, machine: Path, folder: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub does."""
    environment = {**os.environ, **env, "PATH": f"{machine}/tools{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder or machine / "a project", env=environment, capture_output=True, text=True, check=False
    )


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


def step(name: str) -> dict[str, Any]:
    (found,) = [each for each in action()["runs"]["steps"] if each.get("name") == name]
    return dict(found)


def carry_out(name: str, machine: Path, **known: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run a step of the action with its inputs, and return what it did and its outputs."""
    inputs = {f"inputs.{key}": each["default"] for key, each in action()["inputs"].items()}
    values = {**inputs, **{key.replace("__", "."): value for key, value in known.items()}}
    written = step(name)
    env = {key: filled(value, values) for key, value in written["env"].items()}
    folder = machine / "a project" / filled(written.get("working-directory", "."), values)
    output = machine / "output"
    output.write_text("")
    done = bash(written["run"], machine, folder, RUNNER_TEMP=str(machine), GITHUB_OUTPUT=str(output), **env)
    pairs = [line.partition("=") for line in output.read_text().splitlines()]
    return done, {key: value for key, _, value in pairs}


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: values[match[1].replace("-", "_")], text)


def lint(machine: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    known = {"steps__install__outputs__tools": f"{machine}/tools", **{f"inputs__{key}": inputs[key] for key in inputs}}
    known |= {"inputs__working_directory": inputs.get("working_directory", ".")}
    return carry_out("Lint", machine, **known)


def test_the_action_is_what_github_takes() -> None:
    validate("github-actions", ACTION)


def test_no_input_becomes_a_part_of_a_script() -> None:
    scripts = [each["run"] for each in action()["runs"]["steps"] if "run" in each]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]
    assert all(each.get("shell") == "bash" for each in action()["runs"]["steps"] if "run" in each)


def test_every_expression_names_something() -> None:
    text = ACTION.read_text(encoding="utf-8")
    named = {word for each in re.findall(r"\$\{\{ (.*?) \}\}", text) for word in re.findall(r"[a-z]+\.[\w.-]+", each)}
    ids = {each["id"] for each in action()["runs"]["steps"] if "id" in each}
    for word in named - {"github.action_path"}:
        kind, name, *_ = word.split(".")
        assert name in {"inputs": set(action()["inputs"]), "steps": ids}[kind], word


@pytest.mark.parametrize(("version", "wanted"), [("", "/the action"), ("0.1.0", "adamw-lint==0.1.0")])
def test_the_action_installs_itself_or_a_version(version: str, wanted: str, machine: Path) -> None:
    fake = machine / "python"
    stub(fake, f'mkdir -p "$3/bin"; cp "{machine}/inner" "$3/bin/python"')
    stub(machine / "inner", f'echo "$@" > "{machine}/installed"')
    done, outputs = carry_out(
        "Install adamw-lint",
        machine,
        steps__python__outputs__python_path=str(fake),
        inputs__version=version,
        github__action_path="/the action",
    )
    assert done.returncode == 0, done.stderr
    assert outputs == {"tools": f"{machine}/adamw-lint/bin"}
    assert (machine / "installed").read_text().strip().endswith(wanted)


@pytest.mark.parametrize(
    ("inputs", "code", "found"),
    [
        ({}, 1, 1),
        ({"paths": "clean.py"}, 0, 0),
        ({"paths": "clean.py\nsrc\n"}, 1, 1),
        ({"paths": "src", "args": "--ignore ADW101,ADW301\n--exit-zero"}, 0, 0),
        ({"paths": "src", "args": "--exit-zero"}, 0, 1),
        ({"paths": "nowhere"}, 2, 0),
        ({"paths": "train.py", "working_directory": "src"}, 1, 1),
        ({"paths": "$(touch hacked)"}, 2, 0),
        ({"args": "$(touch hacked)"}, 2, 1),
        ({"paths": "--fix"}, 2, 0),
    ],
)
def test_the_action_lints(inputs: dict[str, str], code: int, found: int, machine: Path) -> None:
    done, outputs = lint(machine, **inputs)
    assert (done.returncode, outputs["exit-code"]) == (code, str(code)), done.stderr
    assert done.stdout.count("::error title=ADW") == found
    assert not list(machine.rglob("hacked"))
    assert (machine / "a project" / "src" / "train.py").read_text() == ORDINARY
    (run,) = json.loads(Path(outputs["sarif-file"]).read_text())["runs"]
    assert len(run["results"]) == found
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "src/train.py"


def test_an_old_report_is_not_uploaded_for_a_new_one(machine: Path) -> None:
    lint(machine)
    done, outputs = lint(machine, args="--nonsense")
    assert done.returncode == 2
    assert outputs == {"exit-code": "2"}


def test_what_could_not_be_linted_is_uploaded_too(machine: Path) -> None:
    (machine / "a project" / "src" / "broken.py").write_text(BROKEN)
    done, outputs = lint(machine)
    assert done.returncode == 2
    (run,) = json.loads(Path(outputs["sarif-file"]).read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_the_upload_waits_for_a_report_and_is_asked_for() -> None:
    upload = step("Upload to code scanning")
    assert "always()" in upload["if"]
    assert "inputs.sarif == 'true'" in upload["if"]
    assert "steps.lint.outputs.sarif-file != ''" in upload["if"]


def test_the_table_of_inputs_is_that_of_the_action() -> None:
    text = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)
    assert rows == list(action()["inputs"])


@pytest.mark.parametrize("index", range(2))
def test_the_workflows_are_what_github_takes(index: int, tmp_path: Path, machine: Path) -> None:
    written = [each.text for each in SNIPPETS if "runs-on:" in each.text][index]
    (tmp_path / "workflow.yml").write_text(written)
    validate("github-workflows", tmp_path / "workflow.yml")
    for each in yaml.safe_load(written)["jobs"]["adamw-lint"]["steps"]:
        if "run" in each:
            done = bash(each["run"], machine)
            assert done.returncode == (0 if "pip" in each["run"] else 1), done.stderr
        elif "adamw-lint" in each["uses"]:
            assert set(each["with"]) <= set(action()["inputs"])


def test_reviewdog_is_handed_its_format(machine: Path) -> None:
    done = bash(snippet("reviewdog"), machine)
    assert done.returncode == 0, done.stderr
    (diagnostic,) = json.loads((machine / "piped").read_text())["diagnostics"]
    assert diagnostic["location"]["path"] == "src/train.py"
    assert "-f=rdjson" in (machine / "called").read_text()


def test_the_job_of_gitlab(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "gitlab.yml").write_text(snippet("before_script"))
    validate("gitlab-ci", tmp_path / "gitlab.yml")
    job = yaml.safe_load(snippet("before_script"))["adamw-lint"]
    for line in job["before_script"]:
        assert bash(line, machine).returncode == 0
    done = bash("\n".join(job["script"]), machine)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("src/train.py:3:53 ADW101 coupled-decay")
    reports = {kind: machine / "a project" / name for kind, name in job["artifacts"]["reports"].items()}
    (issue,) = json.loads(reports["codequality"].read_text())
    assert issue["location"]["path"] == "src/train.py"
    assert ElementTree.parse(reports["junit"]).getroot().find("testsuite/testcase/failure") is not None


def test_the_pipeline_of_azure(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "azure-pipelines.yml").write_text(snippet("vmImage"))
    validate("azure-pipelines", tmp_path / "azure-pipelines.yml")
    steps = yaml.safe_load(snippet("vmImage"))["steps"]
    install, run = [each["script"] for each in steps if "script" in each]
    assert bash(install, machine).returncode == 0
    done = bash(run, machine)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("##vso[task.logissue type=error;sourcepath=src/train.py;linenumber=3;")
    for each in steps:
        for published in filter(None, (each.get("publish"), (each.get("inputs") or {}).get("testResultsFiles"))):
            assert (machine / "a project" / published).is_file()
