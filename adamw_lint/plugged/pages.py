"""The pages of plug-ins: what each states at its head, held to what the linter and other plug-ins call theirs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from adamw_lint.plugged.installed import RULES, Plugin

OURS = "ADW"
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Head(NamedTuple):
    """What the page of one rule of a plug-in states."""

    name: str
    code: str
    summary: str
    default: bool
    plugin: Plugin


def heads(plugins: Iterable[Plugin], ours: Mapping[str, str]) -> list[Head]:
    """What the pages of all plug-ins state; `ours` are the codes of the linter's own rules by name.

    Raises PluginError about the first page that is wrong, has no check, or takes the name or the code of another rule.
    """
    names = dict.fromkeys(ours, "adamw-lint")
    codes = dict.fromkeys(ours.values(), "adamw-lint")
    found = []
    for head in (head for plugin in plugins for head in _heads(plugin)):
        for kind, word, taken in (("name", head.name, names), ("code", head.code, codes)):
            if word in taken:
                raise head.plugin.broken(f"{RULES}/{head.name}.md: the {kind} {word} is taken by {taken[word]}")
            taken[word] = str(head.plugin)
        found.append(head)
    return found


@cache
def _heads(plugin: Plugin) -> tuple[Head, ...]:
    paths = sorted(path for path in Path(plugin.folder, RULES).glob("*.md") if path.stem != "README")
    if not paths:
        raise plugin.broken(f"its package `{plugin.package}` has no pages in a folder `{RULES}`")
    return tuple(_head(path, plugin) for path in paths)


def _head(path: Path, plugin: Plugin) -> Head:
    page = f"{RULES}/{path.name}"
    try:
        front = _front(path)
    except (OSError, ValueError) as error:
        raise plugin.broken(f"{page} cannot be read ({error})".replace("\n", " ")) from None
    for fault in _faults(path.stem, front):
        raise plugin.broken(f"{page}: {fault}")
    if not Path(plugin.folder, f"{module_of(path.stem)}.py").is_file():
        raise plugin.broken(f"{page} has no check, `{plugin.package}.{module_of(path.stem)}`")
    return Head(path.stem, front["code"], front["summary"], front["default"] == "on", plugin)


def _front(path: Path) -> dict[str, Any]:
    """The head of a page; raises ValueError where it has none."""
    import tomllib

    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ValueError("it does not begin with what it states between two lines of +++")
    return tomllib.loads(parts[1])


def _faults(name: str, front: Mapping[str, Any]) -> Iterator[str]:
    code, summary = front.get("code"), front.get("summary")
    if not _NAME.fullmatch(name):
        yield "its name is that of the rule, in small letters with hyphens between the words"
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        yield f"`code` must be three capital letters and three digits, not `{code}`"
    elif code.startswith(OURS):
        yield f"its code cannot be {code}: what begins with {OURS} is adamw-lint's own"
    if not isinstance(summary, str) or not summary or "\n" in summary:
        yield "`summary` must be a sentence"
    if front.get("default") not in ("on", "off"):
        yield '`default` must be "on" or "off"'
    if unknown := sorted(set(front) - {"code", "summary", "default"}):
        yield f"there is no key `{unknown[0]}`"


def module_of(rule: str) -> str:
    """The name of the module that holds the check of a rule."""
    return rule.replace("-", "_")
