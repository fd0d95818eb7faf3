"""The table of what is rewritten in each framework is what linting the specimens gives."""

from __future__ import annotations

import os
import re

from coverage_table import table

from adamw_lint.rulebook import folder

README = folder() / "frameworks" / "README.md"
TABLE = re.compile(r"(?<=-->\n\n).*?(?=\n\n)", re.DOTALL)


def test_the_table_of_frameworks_says_what_the_linter_does() -> None:
    text, wanted = README.read_text(encoding="utf-8"), table().rstrip("\n")
    if os.environ.get("UPDATE_PAGES"):
        text = TABLE.sub(lambda _: wanted, text, count=1)
        README.write_text(text, encoding="utf-8")
    found = TABLE.search(text)
    assert found is not None
    assert found[0] == wanted
