"""The formats for programs: each is valid where it is read, says the same, and takes no text for more than text."""

import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlparse
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from reported import BROKEN, CALL, DATA, EDGES, HARM, MANUAL, NAMES, ORDINARY, hostile, ordinary, outcome, told

from adamw_lint.read.source import Source
from adamw_lint.report import json as json_report
from adamw_lint.run import Outcome

SCHEMAS = Path(__file__).parent / "schemas"
OURS = json.loads((Path(json_report.__file__).parent / "schema.json").read_text(encoding="utf-8"))
RUNS: dict[str, Callable[[], list[Outcome]]] = {"ordinary": ordinary, "hostile": hostile, "nothing": list}
FIXED = {
    "train.py": ORDINARY.replace("Adam(", "AdamW("),
    "edges.py": EDGES.replace("Adam(", "AdamW(").removeprefix("\ufeff"),
}

each_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
each_format = pytest.mark.parametrize("name", DATA)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a repository, and the root of it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pkg").mkdir()
    monkeypatch.chdir(tmp_path / "pkg")
    return tmp_path


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return loaded


def strict(part: str = "") -> jsonschema.Draft202012Validator:
    """A validator of the document or of one of its parts, to whom every key that is not described is a mistake."""
    whole = ("label", "fix", "edit") if part else ("diagnostic", "error", "label", "fix", "edit")
    definitions = {**OURS["$defs"], **{name: {**OURS["$defs"][name], "unevaluatedProperties": False} for name in whole}}
    root = {**(OURS["$defs"][part] if part else OURS), "$defs": definitions, "unevaluatedProperties": False}
    jsonschema.Draft202012Validator.check_schema(root)
    return jsonschema.Draft202012Validator(root)


def regions(text: str, name: str) -> Iterator[Any]:
    """The objects of a SARIF log under a key, wherever they are."""
    todo = [json.loads(text)]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            todo += [value for key, value in each.items() if key != name]
            if name in each:
                yield each[name]
        elif isinstance(each, list):
            todo += each


@each_run
def test_json_is_what_its_schema_says(run: Callable[[], list[Outcome]]) -> None:
    strict().validate(json.loads(told("json", run())))


@each_run
def test_json_lines_say_what_json_says(run: Callable[[], list[Outcome]]) -> None:
    lines = [json.loads(line) for line in told("json-lines", run()).splitlines()]
    for line in lines:
        strict("line").validate(line)
    whole = json.loads(told("json", run()))
    kinds = {"finding": whole["diagnostics"], "error": whole["errors"]}
    for kind, expected in kinds.items():
        rows = [{key: line[key] for key in line if key not in ("version", "kind")} for line in lines]
        assert [row for row, line in zip(rows, lines, strict=True) if line["kind"] == kind] == expected


def test_the_schema_is_strict_enough_to_fail() -> None:
    whole = json.loads(told("json", ordinary()))
    for key in ("code", "offset", "fingerprint"):
        broken = json.loads(json.dumps(whole))
        del broken["diagnostics"][0][key]
        with pytest.raises(jsonschema.ValidationError):
            strict().validate(broken)
    whole["diagnostics"][0]["fix"]["edits"][0]["more"] = 1
    with pytest.raises(jsonschema.ValidationError):
        strict().validate(whole)


def test_the_edits_of_json_are_the_fix() -> None:
    for path, text in (("train.py", ORDINARY), ("edges.py", EDGES)):
        code = text.removeprefix("\ufeff")
        found = json.loads(told("json", [outcome(text, path)]))["diagnostics"]
        edits = [edit for each in found for edit in each["fix"]["edits"]]
        for edit in sorted(edits, key=lambda edit: -edit["offset"]):
            start, end = (at(code, edit["line"], edit["column"]), at(code, edit["end_line"], edit["end_column"]))
            assert (start, end) == (edit["offset"], edit["end_offset"])
            code = code[:start] + edit["text"] + code[end:]
        assert code == FIXED[path]


def at(text: str, line: int, column: int) -> int:
    return Source.of_text(text).start(line) + column - 1


def test_fingerprints_stay_when_lines_move_and_tell_findings_apart() -> None:
    def printed(text: str) -> list[str]:
        return [each["fingerprint"] for each in json.loads(told("json", [outcome(text)]))["diagnostics"]]

    twice = f"{ORDINARY}opt = {CALL}\n"
    moved = twice.replace("import torch\n", 'import torch\n"""\nmore\n"""\n\n').replace("\nopt", "\nx = 1\nopt")
    assert printed(twice) == printed(moved)
    assert len(set(printed(twice))) == 2
    assert printed(ORDINARY) == printed(twice)[:1]
    assert printed(ORDINARY) != printed(ORDINARY.replace("1e-3", "1e-4"))
    inner = f"import torch\nif x:\n    opt = {CALL}\n"
    assert printed(inner) == printed(ORDINARY)  # indented anew, the code is the same


@each_run
def test_sarif_is_valid(run: Callable[[], list[Outcome]]) -> None:
    log = json.loads(told("sarif", run()))
    jsonschema.Draft4Validator(schema("sarif-schema-2.1.0.json")).validate(log)
    (only,) = log["runs"]
    for result in only["results"]:
        assert only["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"][0].isupper() or result["message"]["text"][0] == "`"


def test_the_published_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(told("sarif", ordinary()))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema("sarif-schema-2.1.0.json")).validate(log)


def test_sarif_says_everything() -> None:
    (run,) = json.loads(told("sarif", ordinary()))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "adamw-lint/"}
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("ADW101", "coupled-decay")
    assert rule["help"]["markdown"].startswith("# coupled-decay\n")
    assert "](" not in rule["help"]["markdown"].replace("](http", "")
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 5}
    prints = [each["partialFingerprints"]["adamwLint/v1"] for each in run["results"]]
    assert len(prints) == len(set(prints)) == 5
    assert [each["properties"]["safety"] for each in run["results"] if "fixes" in each] == ["safe"] * 3 + ["unsafe"]
    labels = [each["relatedLocations"][0]["message"]["text"] for each in run["results"]]
    assert labels == ["builds a coupled Adam"] * 4 + ["builds a coupled Adamax"]
    (clean,) = json.loads(told("sarif", []))["runs"]
    assert (clean["results"], clean["invocations"][0]["executionSuccessful"]) == ([], True)


def test_the_fixes_of_sarif_are_the_fix() -> None:
    for path, text in (("train.py", ORDINARY), ("edges.py", EDGES)):
        code = text.removeprefix("\ufeff")
        (run,) = json.loads(told("sarif", [outcome(text, path)]))["runs"]
        changes = [change for each in run["results"] for change in each["fixes"][0]["artifactChanges"]]
        for change in reversed(changes):
            for each in reversed(change["replacements"]):
                region = each["deletedRegion"]
                start = at(code, region["startLine"], region["startColumn"])
                end = at(code, region["endLine"], region["endColumn"])
                code = code[:start] + each["insertedContent"]["text"] + code[end:]
        assert code == FIXED[path]


def test_the_snippets_of_sarif_are_its_regions() -> None:
    for region in regions(told("sarif", [outcome(EDGES)]), "region"):
        text = EDGES.removeprefix("\ufeff")
        start, end = (
            at(text, region["startLine"], region["startColumn"]),
            at(text, region["endLine"], region["endColumn"]),
        )
        assert text[start:end] == region["snippet"]["text"]


def test_uris_of_sarif_keep_every_byte_of_a_name(repository: Path) -> None:
    (run,) = json.loads(told("sarif", hostile()[: len(NAMES)]))["runs"]
    root = run["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert root == repository.resolve().as_uri() + "/"
    for name, result in zip(NAMES, run["results"], strict=True):
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", artifact["uri"])
        assert unquote_to_bytes(artifact["uri"]) == b"pkg/" + name.encode("utf-8", "surrogateescape")
        assert urlparse(artifact["uri"]).scheme == ""


def test_a_file_outside_the_repository_has_a_whole_uri(tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("else where") / "train.py"
    (run,) = json.loads(told("sarif", [outcome(ORDINARY, str(elsewhere))]))["runs"]
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": elsewhere.as_uri()}


@each_run
def test_gitlab_reads_it(run: Callable[[], list[Outcome]]) -> None:
    issues = json.loads(told("gitlab", run()))
    for issue in issues:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(issue)
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"].startswith("pkg/")
        assert issue["location"]["lines"]["begin"] >= 1
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints)) == (0 if run is list else 16 if run is hostile else 6)


@each_run
def test_junit_is_valid(run: Callable[[], list[Outcome]]) -> None:
    text = told("junit", run())
    xmlschema.XMLSchema(SCHEMAS / "JUnit.xsd").validate(text)
    suites = ElementTree.fromstring(text)
    for suite in suites:
        for attribute, tag in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
            assert int(suite.attrib[attribute]) == len(suite.findall(tag))
    assert len(suites.findall("testsuite/testcase")) >= 1


def test_junit_tells_what_the_terminal_shows() -> None:
    suites = ElementTree.fromstring(
        told("junit", [outcome(ORDINARY), outcome(BROKEN, "b.py"), outcome("x = 1\n", "c.py")])
    )
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert (failure.text or "").startswith("train.py:3:53 ADW101 coupled-decay  ")
    assert "builds a coupled Adam" in (failure.text or "")
    assert [suite.attrib["name"] for suite in suites] == ["train.py", "b.py"]


@each_run
def test_rdjson_is_valid(run: Callable[[], list[Outcome]]) -> None:
    jsonschema.Draft4Validator(schema("rdjson.json")).validate(json.loads(told("rdjson", run())))


def test_the_suggestions_of_rdjson_are_the_safe_fixes_in_bytes() -> None:
    found = json.loads(told("rdjson", [outcome(EDGES)]))["diagnostics"]
    lines = EDGES.removeprefix("\ufeff").encode().split(b"\r\n")
    for each in found:
        (suggestion,) = each["suggestions"]
        start, end = suggestion["range"]["start"], suggestion["range"]["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"] - 1]
        new = line[: start["column"] - 1] + suggestion["text"].encode() + line[end["column"] - 1 :]
        lines[start["line"] - 1] = new
    assert b"\r\n".join(lines).decode() == FIXED["edges.py"]
    unsafe, manual = json.loads(told("rdjson", ordinary()))["diagnostics"][3:5]
    assert unsafe["suggestions"] == manual["suggestions"] == []


def test_a_fix_of_many_edits_is_one_suggestion() -> None:
    text = f"from torch.optim import Adam\n\nopt = {CALL.removeprefix('torch.optim.')}\n"
    (found,) = json.loads(told("rdjson", [outcome(text)]))["diagnostics"]
    (suggestion,) = found["suggestions"]
    assert suggestion["range"]["start"] == {"line": 1, "column": 25}
    assert suggestion["text"].startswith("AdamW\n\nopt = AdamW")


def unescaped(text: str, *pairs: str) -> str:
    for pair in pairs:
        escape, _, character = pair.partition("=")
        text = text.replace(escape, {"CR": "\r", "LF": "\n"}.get(character, character))
    return text


@each_run
def test_azure_reads_one_command_a_line(run: Callable[[], list[Outcome]]) -> None:
    lines = told("azure", run()).split("\n")[:-1]
    assert len(lines) == sum(len(each.found) + len(each.errors) for each in run())
    for line in lines:
        command = re.fullmatch(r"##vso\[task\.logissue ((?:[a-z]+=[^;\]]*;)+)\](.*)", line)
        assert command, line
        properties = dict(each.split("=", 1) for each in command[1].split(";")[:-1])
        assert properties["type"] == "error"
        assert properties["sourcepath"].startswith("pkg/")
        assert int(properties["linenumber"]) >= 1
        assert not re.search(r"%(?!AZP25|0A|0D)", command[2])


@each_run
def test_github_reads_one_command_a_line(run: Callable[[], list[Outcome]]) -> None:
    lines = told("github", run()).split("\n")[:-1]
    opened = 0
    for line in lines:
        command = re.fullmatch(r"::(group|endgroup|error)(?: ((?:\w+=[^,:]*,?)+))?::(.*)", line)
        assert command, line
        opened += {"group": 1, "endgroup": -1}.get(command[1], 0)
        assert opened in (0, 1)
        assert (command[1] == "error") <= (opened == 1)
        assert not re.search(r"%(?!25|0A|0D)", command[3])
        if command[2]:
            properties = dict(each.split("=", 1) for each in command[2].split(","))
            assert properties["file"].startswith("pkg/")
            assert int(properties["line"]) >= 1
    assert opened == 0
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == sum(len(each.found) + len(each.errors) for each in run())


def test_the_file_of_an_annotation_is_its_name() -> None:
    for name in ("a b%c#?.py", "x\n::error::y.py", "::error::z.py", "\"&'].py", "a,b:c.py"):
        file = re.search(r"^::error .*file=([^,]*)", told("github", [outcome(ORDINARY, name)]), re.MULTILINE)
        assert file
        assert unescaped(file[1], "%2C=,", "%3A=:", "%0D=CR", "%0A=LF", "%25=%") == f"pkg/{name}"


@each_format
@each_run
def test_nothing_steers_a_terminal_or_breaks_a_parser(name: str, run: Callable[[], list[Outcome]]) -> None:
    text = told(name, run())
    assert not set(text) & set("\x1b\x07\x9b\u202e\ufffe\udcff")
    text.encode("utf-8")


@pytest.mark.parametrize("name", ["json", "json-lines", "gitlab", "rdjson", "sarif"])
def test_strict_parsers_take_every_string(name: str) -> None:
    text = told(name, hostile())
    assert text.isascii()
    assert not re.search(r"(?<!\\)\\ud[c-f]", re.sub(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}", "", text))


@each_format
def test_every_finding_and_error_is_told_with_its_rule(name: str) -> None:
    text = told(name, ordinary())
    assert text.count("ADW101") >= 5
    assert "adamw-lint rule coupled-decay" in text.replace("&#x27;", "'") or name == "html"
    assert "was never closed" in text


@pytest.mark.parametrize("name", ["json", "json-lines", "github", "azure", "junit"])
def test_what_can_be_told_at_once_is_told_at_once(name: str) -> None:
    taken = []

    def outcomes() -> Iterator[Outcome]:
        for number in range(3):
            taken.append(number)
            yield outcome(ORDINARY, f"{number}.py")

    lines = import_module(f"adamw_lint.report.{name.replace('-', '_')}").report(outcomes())
    assert any("0.py" in line for line in lines)
    assert taken == [0]


def test_manual_findings_have_no_edits() -> None:
    (found,) = json.loads(told("json", [outcome(MANUAL)]))["diagnostics"]
    assert found["fix"] is None
    (result,) = json.loads(told("sarif", [outcome(MANUAL)]))["runs"][0]["results"]
    assert "fixes" not in result


def test_the_harm_is_really_there() -> None:
    assert any(HARM in each.message for each in hostile()[0].found)
