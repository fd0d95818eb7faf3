"""Random inputs for the linter, made of good ones whose bytes, lines and nodes are dropped, doubled and exchanged."""

from __future__ import annotations

import ast
import json
import random
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import specimens
from pages import PATHS, blocks, examples
from specimens import Specimen

HERE = Path(__file__).parent
CONFIGURATION, BASELINE, CACHE = "adamw-lint.toml", "known.json", "files.cache"
BUILT = "import torch\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.1)\n"
_LARGE = 30_000  # bytes beyond which an input is cut: the time goes into many small ones

ODD_BYTES = (b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\x0c", b"\r", b"\r\n", b"\x1b[31m", b"\x85")
ODD_NAMES = (
    "Adam",
    "AdamW",
    "weight_decay",
    "params",
    "self",
    "optimizer",
    "torch",
    "norm",
    "p",
    "__class__",
    "ª",
    "x",
)
ODD_LINES = (
    *("match x:", "    case [Adam(), *_] | {'a': 1, **r} if y:", "type X[T: int = str] = list[T]", "@f", "async"),
    *("try:", "except* E as e:", "else:", "finally:", "while x:", "for *a, b in c:", "with (a as b, c as d):", "if x:"),
    *(
        "class A[T, *Ts, **P](B, metaclass=C):",
        "async def f[T](a, /, b, *, c: int = 1, **d) -> T:",
        "lambda:",
        "return",
    ),
    *("# noqa: ADW101", "# adamw-lint: ignore[coupled-decay]", "# adamw-lint: ignore", "# adamw-lint: ignore-file"),
    *("# -*- coding: latin-1 -*-", "# -*- coding: utf-7 -*-", "# -*- coding: nope -*-", "from __future__ import a"),
    *("global x", "nonlocal x", "del x", "print 'x'", "exec 'x' in y", "raise E, 'x'", "pass", "yield", "\\", "..."),
    *("%matplotlib inline", "!ls", "x?", "%%bash", "```python", "```", "~~~", ">>> x", "... x", ".. code:: python"),
    *("- a", "a: &x", "<<: *x", "? a", "--- !!python/object:x", "{}", "[[a]]", "a = 1", "a.b = {c = 1}", "'''", '"""'),
)
ODD_TOKENS = (
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "=",
        ":=",
        "*",
        "**",
        "@",
        ".",
        "...",
        "->",
        ";",
        "\\\n",
        "\n",
        "    ",
        "\t",
    ),
    *("lambda", "await", "yield", "async", "not", "if", "else", "for", "in", "is", "None", "True", "import", "from"),
    *(
        '"',
        "'",
        '"""',
        "f'{",
        "f'{x!r:{y}}'",
        "t'{x}'",
        "rb'\\x'",
        "'\\N{DASH}'",
        "'\\ud800'",
        "1e400",
        "0x",
        "1_0",
        "1j",
    ),
    *(
        "-1",
        "0",
        "0.0",
        "1e-4",
        "1e-3",
        "nan",
        "'0.1'",
        "#",
        "&a",
        "*a",
        "<<",
        "!!float",
        "|",
        ">",
        "~",
        "null",
        "\u2028",
    ),
)
WRAPPED = (
    *(
        "({})",
        "(lambda: {})()",
        "[{}][0]",
        "({} if x else y)",
        "f'{{{}}}'",
        "[{} for p in q]",
        "{{'a': {}}}['a']",
        "-{}",
    ),
    *(
        "(z := {})",
        "{}.x",
        "{}()",
        "{}[0]",
        "{}[0:1]",
        "not {}",
        "{} or y",
        "{} ** 2",
        "{} + {}",
        "{} * {}",
        "dict(a={})",
    ),
    *("{{**{}}}", "list({})", "float({})", "getattr(x, {})", "{} == y", "(await {})", "(yield {})", "\\\n{}", "({},)"),
    *("print(*{}, **{})", "partial({})", "sum({})", "iter({})", "({}\n# comment\n)", "{}.to(x).y", "type({})"),
)
AROUND = (
    *("if x:", "else_", "for i in range(3):", "while x:", "with a as b:", "def f(self, p=1):", "class A(B):", "try_"),
    *("async def f():", "match x:\n{0}    case _:", "@d\n{0}def g(*a, **k):", "if __name__ == '__main__':", "class A:"),
)


@dataclass(frozen=True)
class Case:
    """One input: the name and the bytes of a file, how it was made, and the files beside it."""

    name: str
    data: bytes
    way: str
    beside: dict[str, str] = field(default_factory=dict, compare=False)


Text = tuple[str, str]


@cache
def seeds() -> list[Case]:
    """The good inputs: the examples of all pages, every specimen, and files of each other kind made of these."""
    shown = [each for path in _pages() for each in examples(path.stem, path)]
    found = [Case(each.name, each.code.encode(), "", each.files) for each in shown]
    programs = [each.code for every in vars(specimens).values() for each in _specimens(every)]
    found += [Case("train.py", code.encode(), "") for code in programs]
    found += [
        Case("train.py", text.encode(), "", {"train.py": BUILT}) for each in shown for text in each.files.values()
    ]
    codes = [each.data.decode() for each in found if each.name == "train.py"]
    found += [_notebook(codes[index : index + 2]) for index in range(0, len(codes), 3)]
    found += [Case("README.md", _markdown(codes[index : index + 2]), "") for index in range(0, len(codes), 3)]
    found += [Case("index.rst", _restructured(codes[index : index + 2]), "") for index in range(0, len(codes), 9)]
    tables = [each.text for path in _documents() for each in blocks(path) if each.info == "toml"]
    found += [Case(CONFIGURATION, text.replace("tool.adamw-lint.", "").encode(), "") for text in [*tables, OWN]]
    known = {"rule": "coupled-decay", "code": "x", "count": 1}
    document = {"version": 1, "findings": {"train.py": [known, {**known, "code": "y"}], "b/c.py": [known]}}
    return found + [Case(BASELINE, json.dumps(document, indent=2).encode(), "")] * 20 + [Case(CACHE, b"", "")] * 10


OWN = """[per-file-ignores]
"a/*" = ["ADW1"]
[[optimizer]]
name = "mine.Adam"
signature = "params, lr=1e-3, weight_decay=0"
family = "adam"
coupling = "coupled"
decay = "weight_decay"
default = 0
"""


def _specimens(value: object) -> list[Specimen]:
    return [each for each in value if isinstance(each, Specimen)] if isinstance(value, list) else []


def _pages() -> list[Path]:
    return [*PATHS.values(), *sorted((HERE / "near_misses").glob("*.md")), *sorted((HERE / "frameworks").rglob("*.md"))]


def _documents() -> list[Path]:
    return sorted((HERE.parent / "docs").glob("*.md"))


def _notebook(codes: list[str]) -> Case:
    cells = [{"cell_type": "code", "metadata": {}, "source": code.splitlines(keepends=True)} for code in codes]
    cells.insert(1, {"cell_type": "code", "metadata": {}, "source": "%matplotlib inline\n!pip install x\nx?"})
    document = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}
    return Case("train.ipynb", json.dumps(document, indent=1).encode(), "")


def _markdown(codes: list[str]) -> bytes:
    return "\n".join(f"# Title\n\ntext\n\n```python\n{code.rstrip()}\n```\n" for code in codes).encode()


def _restructured(codes: list[str]) -> bytes:
    indented = ["".join(f"    {line}" for line in code.splitlines(keepends=True)) for code in codes]
    return "\n".join(f"Title\n=====\n\n.. code-block:: python\n\n{code}\n\n>>> x = 1\n" for code in indented).encode()


# How many inputs of a hundred there are of each kind.
SHARES = {".py": 60, ".ipynb": 5, ".md": 3, ".rst": 2, ".yaml": 12, ".json": 4, ".toml": 4} | {
    CONFIGURATION: 6,
    BASELINE: 3,
    CACHE: 1,
}


@cache
def seeds_of(kind: str) -> list[Case]:
    """The good inputs of one kind."""
    own = (CONFIGURATION, BASELINE, CACHE)
    if kind in own:
        return [each for each in seeds() if each.name == kind]
    return [each for each in seeds() if each.name.endswith(kind) and each.name not in own]


def case(seed: int, index: int, grown: tuple[str, ...] = ()) -> Case:
    """The input of a number, the same one each time; `grown` are texts that were made from the grammar."""
    chance = random.Random(f"{seed} {index}")
    if grown and chance.random() < 0.1:
        return _grown(chance, grown)
    kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
    one = chance.choice(seeds_of(kind))
    way = chance.choice(WAYS.get(Path(one.name).suffix, (by_bytes, by_lines)))
    data = way(one.data, chance)
    return Case(one.name, data[:_LARGE], f"{way.__name__} of {one.name}", one.beside)


def _grown(chance: random.Random, grown: tuple[str, ...]) -> Case:
    """A text from the grammar, alone or around a construction, or with its expressions in a specimen."""
    text = chance.choice(grown)
    other = chance.choice([each for each in seeds() if each.name == "train.py"]).data.decode()
    joined = chance.choice([text, BUILT + text, f"{text}\n{other}", f"{other}\n{text}", _indented(text, other)])
    data = joined.encode("utf-8", "surrogatepass")
    return Case("train.py", by_nodes(data, chance, other) if chance.random() < 0.5 else data, "by grammar")


def _indented(text: str, other: str) -> str:
    return "def f(model):\n" + "".join(f"    {line}" for line in (text + other).splitlines(keepends=True))


def by_bytes(data: bytes, chance: random.Random) -> bytes:
    """Bytes dropped, doubled, exchanged, moved, and odd ones put in."""
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, width = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 8, 64))
        here = data[at : at + width]
        put = chance.choice(
            (b"", here * 2, chance.choice(ODD_BYTES) + here, bytes([chance.randrange(256)]), here[::-1])
        )
        data = data[:at] + put + data[at + width :]
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.05 else data


def by_lines(data: bytes, chance: random.Random) -> bytes:
    """Lines and words dropped, doubled, exchanged, indented, and odd ones put in."""
    newline = chance.choice((b"\n",) * 12 + (b"\r\n", b"\r", b"\x0c\n"))
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[at : at + 1] = _lines_instead(lines, at, other, chance)
        lines = lines or [b""]
    return newline.join(lines)


def _lines_instead(lines: list[bytes], at: int, other: int, chance: random.Random) -> list[bytes]:
    here = lines[at]
    indent = here[: len(here) - len(here.lstrip())]
    strange = chance.choice(seeds()).data.split(b"\n")
    return chance.choice(
        (
            lambda: [],
            lambda: [here, here],
            lambda: [here, indent + lines[other].lstrip()],
            lambda: [b"    " + here],
            lambda: [here[4:]],
            lambda: [indent + chance.choice(ODD_LINES).encode(), here],
            lambda: [indent + chance.choice(strange).lstrip(), here],
            lambda: [_words(here, chance)],
            lambda: [_words(here, chance)],
            lambda: [_words(here, chance)],
        )
    )()


def _words(line: bytes, chance: random.Random) -> bytes:
    """A line in which one word is dropped, doubled or another one."""
    words = re.findall(rb"\w+|\s+|[^\w\s]", line) or [b""]
    at = chance.randrange(len(words))
    odd = chance.choice(ODD_TOKENS + ODD_NAMES).encode()
    words[at : at + 1] = chance.choice(([], [words[at]] * 2, [odd], [odd, words[at]], [chance.choice(words)]))
    return b"".join(words)


def by_nodes(data: bytes, chance: random.Random, other: str | None = None) -> bytes:
    """Statements and expressions dropped, doubled, nested, exchanged with others, names changed; the rest as it was."""
    other = other or chance.choice([each for each in seeds() if each.name == "train.py"]).data.decode()
    strange = _nodes(other.encode())
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        nodes = _nodes(data)
        if not nodes:
            return by_lines(data, chance)
        node, start, end = chance.choice(nodes)
        change = _statement if isinstance(node, ast.stmt) else _expression
        others = [each for each in (*nodes, *strange) if isinstance(each[0], type(node).__bases__)]
        chosen = chance.choice(others or [(node, start, end)])
        of = other.encode() if chosen in strange else data
        data = data[:start] + change(data, start, end, of[chosen[1] : chosen[2]], chance) + data[end:]
    return data


def _statement(data: bytes, start: int, end: int, strange: bytes, chance: random.Random) -> bytes:
    here = data[start:end]
    margin = data[data.rfind(b"\n", 0, start) + 1 : start]
    indent = margin if not margin.strip() else b""
    return chance.choice(
        (
            lambda: b"pass",
            lambda: here + b"\n" + indent + here,
            lambda: strange,
            lambda: here + b"\n" + indent + strange,
            lambda: _nested(here.decode(), indent.decode(), chance).encode(),
            lambda: here + b"; " + strange,
        )
    )()


def _nested(here: str, indent: str, chance: random.Random) -> str:
    inner = here.replace("\n", "\n    ")
    head = chance.choice(AROUND)
    if head == "try_":
        return f"try:\n{indent}    {inner}\n{indent}except E:\n{indent}    {inner}\n{indent}finally:\n{indent}    pass"
    if head == "else_":
        return f"if x:\n{indent}    pass\n{indent}else:\n{indent}    {inner}"
    deeper = "    " if "case _" in head else ""
    return f"{head.format(indent)}\n{indent}{deeper}    " + (inner.replace("\n", f"\n{deeper}"))


def _expression(data: bytes, start: int, end: int, strange: bytes, chance: random.Random) -> bytes:
    here = data[start:end]
    name = rb"\b[A-Za-z_]\w*"
    return chance.choice(
        (
            lambda: strange,
            lambda: strange,
            lambda: chance.choice(WRAPPED).replace("{{", "{").replace("}}", "}").replace("{}", here.decode()).encode(),
            lambda: re.sub(name, lambda _: chance.choice(ODD_NAMES).encode(), here, count=1),
            lambda: chance.choice(ODD_TOKENS).encode(),
            lambda: chance.choice(ODD_NAMES).encode(),
            lambda: here + b", " + strange,
        )
    )()


def _nodes(data: bytes) -> list[tuple[ast.AST, int, int]]:
    """Every statement and expression with its place in the bytes; none where they are no Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
        return []
    starts = [0, *(each.end() for each in re.finditer(rb"\r\n|\n|\r", data))]
    found: list[tuple[ast.AST, int, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.expr)) and node.end_lineno and node.end_lineno <= len(starts):
            start = starts[node.lineno - 1] + node.col_offset
            found.append((node, start, starts[node.end_lineno - 1] + (node.end_col_offset or 0)))
    return found


def by_values(data: bytes, chance: random.Random) -> bytes:
    """JSON whose values are dropped, doubled, nested, or of another type."""
    try:
        document = json.loads(data)
    except ValueError:
        return by_lines(data, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        _exchange(holder, key, chance)
    return json.dumps(document, indent=chance.choice((None, 1, 2)), ensure_ascii=chance.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _exchange(holder: Any, key: Any, chance: random.Random) -> None:
    here = holder[key]
    odd: list[Any] = [None, True, 0, -1, 1e400, 1e-4, "", "1e-4", "\ud800", "\x00\x1b[31m", "Adam", [], {}]
    odd += [[here], {"a": here}]
    if isinstance(here, str) and chance.random() < 0.5:
        code = here.encode("utf-8", "surrogatepass")
        holder[key] = chance.choice((by_lines, by_bytes, by_nodes))(code, chance).decode("utf-8", "replace")
    elif chance.random() < 0.2 and isinstance(holder, dict):
        holder[chance.choice((*ODD_NAMES, f"{key}x"))] = holder.pop(key)
    else:
        holder[key] = chance.choice(odd)


def by_cells(data: bytes, chance: random.Random) -> bytes:
    """A notebook of which the code of one cell is changed as Python is."""
    try:
        document = json.loads(data)
        cell = chance.choice([each for each in document["cells"] if isinstance(each["source"], list)])
    except (ValueError, KeyError, TypeError, IndexError):
        return by_values(data, chance)
    code = chance.choice((by_nodes, by_nodes, by_lines))("".join(cell["source"]).encode(), chance)
    cell["source"] = code.decode("utf-8", "replace").splitlines(keepends=True)
    return json.dumps(document, indent=1, ensure_ascii=chance.random() < 0.5).encode()


def by_blocks(data: bytes, chance: random.Random) -> bytes:
    """A document of which the code of one block is changed as Python is."""
    fenced = list(re.finditer(rb"(?m)^```python.*\n((?s:.*?))^```", data))
    if not fenced:
        return by_lines(data, chance)
    block = chance.choice(fenced)
    return data[: block.start(1)] + by_nodes(block[1], chance) + b"\n" + data[block.end(1) :]


WAYS: dict[str, tuple[Callable[[bytes, random.Random], bytes], ...]] = {
    ".py": (by_nodes, by_nodes, by_lines, by_lines, by_bytes, by_bytes),
    ".ipynb": (by_cells, by_values, by_bytes),
    ".md": (by_blocks, by_lines, by_bytes),
    ".json": (by_values, by_values, by_lines, by_bytes),
}


def grown(number: int, seed: int) -> tuple[str, ...]:
    """Texts that the grammar of Python gives, by hypothesmith."""
    import hypothesmith
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hypothesmith.from_grammar() | hypothesmith.from_node())
    def gather(text: str) -> None:
        found.append(text)

    gather()
    return tuple(dict.fromkeys(found))
