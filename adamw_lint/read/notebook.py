"""The program that a notebook is: its code cells one after the other, without what is not Python."""

import json
import re

_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)  # a line for the shell or for the notebook itself
_TIMING = re.compile(r"%%(?:time|timeit|capture|prun)\b.*")  # the magics of a whole cell whose body is Python


def program_of(data: bytes) -> str:
    """The text of a notebook's code cells; empty where the bytes are no notebook."""
    try:
        cells = json.loads(data)["cells"]
        return "\n".join(_code("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _code(cell: str) -> str:
    first, _, rest = cell.partition("\n")
    if first.startswith("%%"):
        cell = rest if _TIMING.match(first) else ""
    return _MAGIC.sub(r"\1pass", cell)
