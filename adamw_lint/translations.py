"""The pages of the rules in other languages: those that there are, in a folder of `rules/` for each language."""

import tomllib
from dataclasses import dataclass

from adamw_lint.rulebook import folder, pages

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Translation:
    """What the page of a rule says in another language."""

    summary: str
    text: str


def languages() -> list[str]:
    """The languages that the page of some rule is written in."""
    return sorted({ENGLISH, *(path.parent.name for path in folder().glob("*/*.md") if path.stem in pages())})


def translation(rule: str, language: str) -> Translation | None:
    """The page of a rule in a language, None where nobody has translated it."""
    page = pages()[rule].path
    path = page.parent / language / page.name
    if not path.is_file():
        return None
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    return Translation(tomllib.loads(head)["summary"], text.lstrip("\n"))
