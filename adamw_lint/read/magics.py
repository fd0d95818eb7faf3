"""What is no Python in the cell of a notebook: replaced, character by character, so that the rest keeps its place."""

import re
from collections.abc import Iterator

from adamw_lint.read.depth import too_deep
from adamw_lint.read.syntax import MOST, UNREADABLE, tree_of

_CELL = re.compile(r"\A(?:[ \t]*+(?:#[^\r\n]*+)?\r?\n)*+%%(?P<name>[^\s]*)[ \t]*(?P<words>[^\r\n]*)")
_WRITTEN = re.compile(r"\A(?:-a\s+|--append\s+)?[\"']?(?P<file>[^\s\"']+\.py)\b")
_WRITERS = frozenset({"writefile", "file"})

# Magics of a whole cell in another language. Any other may hand its cell to Python: it counts where the cell is Python.
_FOREIGN = re.compile(
    "!|bash|bigquery|cmd|cython|html|javascript|js|julia|latex|markdown|octave|perl|pypy|python2|r|ruby|script|sh|shell"
    "|sql|svg|sx|system",
    re.IGNORECASE,
)

# A line for the shell or the notebook: `%magic`, `!command`, `?help`, `help?`, or a command that needs no sign.
_LINE = re.compile(
    r"(?<![^\r\n])[ \t]*(?:[%!?]|[\w.]+\?{1,2}[ \t]*(?:#[^\n]*)?(?=[\r\n]|$)"
    r"|(?:cat|cd|conda|cp|ls|mkdir|mv|pip|pwd|rm)[ \t]+[\w./~-])"
)
_VALUE = re.compile(r"\A(?P<target>[ \t]*+[\w.,\[\]\"' \t]*[\w\])][ \t]*=[ \t]*)[!%]")
_COMMAND = re.compile(r"(?:\\\r?\n|[^\r\n])*+(?:\r?\n|\r)?")
_TIMED = re.compile(r"\A(?P<lead>[ \t]*)(?P<magic>%(?:time|timeit|prun|memit))(?P<code>[ \t].*)", re.DOTALL)
_TOKEN = re.compile(
    r"#[^\r\n]*|(?P<quotes>\"\"\"|''')(?:\\.|(?!(?P=quotes)).)*+(?:(?P=quotes))?|\"(?:\\.|[^\"\\\r\n])*+\"?|'(?:\\.|[^'\\\r\n])*+'?"
    r"|\\\r?\n|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\r?\n|\r)|.",
    re.DOTALL,
)


def written_by(cell: str) -> str | None:
    """The file of Python that a cell writes instead of being run."""
    magic = _CELL.match(cell)
    written = _WRITTEN.match(magic["words"]) if magic and magic["name"] in _WRITERS else None
    return written["file"] if written else None


def python_of(cell: str) -> str:
    """The Python of a cell, as long as the cell and each character in its place; blank where it is none."""
    if too_deep(cell):
        return blank(cell)
    if _parses(cell):
        return cell
    magic = _CELL.match(cell)
    if magic and (_FOREIGN.fullmatch(magic["name"]) or (magic["name"] in _WRITERS and written_by(cell) is None)):
        return blank(cell)
    body = blank(magic[0]) + cell[magic.end() :] if magic else cell
    if magic and _parses(body):
        return body
    code = "".join(_without_lines(body))
    return code if _parses(code) else blank(cell)


def blank(text: str) -> str:
    """Nothing but the newlines of a text, and spaces."""
    return re.sub(r"[^\r\n]", " ", text)


def _without_lines(cell: str) -> Iterator[str]:
    """The logical lines of a cell, those that are no Python replaced."""
    reached = 0
    while reached < len(cell):
        is_command = _LINE.match(cell, reached)
        line = cell[reached : _end_of_command(cell, reached) if is_command else _end(cell, reached)]
        if is_command:
            yield _statement(line)
        elif value := _VALUE.match(line):
            line = cell[reached : _end_of_command(cell, reached)]
            yield f"{value[0][:-1]}_{blank(line[value.end() :])}"  # not known: a name that nothing binds
        else:
            yield line
        reached += len(line)


def _statement(line: str) -> str:
    """What is timed stays; else a line that does nothing, and is a statement where a block may need one."""
    timed = _TIMED.match(line)
    if timed and timed["code"].strip() and _parses(timed["code"].strip()):
        return f"{timed['lead']}0{blank(timed['magic'][2:])};{timed['code']}"
    lead = line[: len(line) - len(line.lstrip(" \t"))]
    return f"{lead}0{blank(line[len(lead) + 1 :])}" if lead else blank(line)


def _end_of_command(cell: str, start: int) -> int:
    """Where a line for the shell or the notebook ends, which a backslash continues."""
    found = _COMMAND.match(cell, start)
    return found.end() if found else len(cell)


def _end(cell: str, start: int) -> int:
    """Where the logical line that begins at an offset ends: after a newline in no bracket and no string."""
    depth = 0
    for token in _TOKEN.finditer(cell, start):
        depth += bool(token["open"]) - bool(token["close"])
        if token["newline"] and depth <= 0:
            return token.end()
    return len(cell)


def _parses(code: str) -> bool:
    try:
        tree_of(code)
    except UNREADABLE:
        return _parses_by_another_grammar(code)
    return True


def _parses_by_another_grammar(code: str) -> bool:
    """Whether the text is Python that is newer than the one that runs us."""
    import libcst

    if len(code) > MOST:
        return False
    try:
        libcst.parse_module(code)
    except Exception:  # it raises what its native parser has, whatever that is
        return False
    return True
