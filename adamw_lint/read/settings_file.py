"""A file of settings in YAML, JSON or TOML, which is no program but says what one is to build."""

import re
from collections import Counter
from collections.abc import Iterator
from os.path import splitext

from adamw_lint.diagnostics import Span
from adamw_lint.read.nodes import Items, Node, Scalar, Table, everything
from adamw_lint.read.prefilter import may_be_text, may_configure
from adamw_lint.read.source import Source
from adamw_lint.read.toml_nodes import comments, read_toml, texts
from adamw_lint.read.yaml_nodes import read_json, read_yaml

YAML, JSON, TOML = "yaml", "json", "toml"
LANGUAGES = {".yaml": YAML, ".yml": YAML, ".json": JSON, ".toml": TOML}
_READERS = {YAML: read_yaml, JSON: read_json, TOML: read_toml}
_COMMENT = re.compile(r"(?:(?<=\s)|^)#", re.MULTILINE)


def programs(data: bytes, path: str) -> tuple[Source, ...]:
    """The file itself, unless its bytes show that nothing in it concerns us; raises UnreadableError."""
    language = LANGUAGES[splitext(path)[1].lower()]
    concerns = may_configure(data) or (language == YAML and may_be_text(data))
    return (Source.of_bytes(data, path, language),) if concerns else ()


def read_nodes(source: Source) -> tuple[Node, ...] | None:
    """The documents of a file; None where it is not what its name says, as a template of YAML is no YAML."""
    return _READERS[source.language](source.text)


def comment_places(source: Source) -> Iterator[int]:
    """The offsets at which comments begin, the first one of each line; JSON has none."""
    if source.language == JSON:
        return
    if source.language == TOML:
        yield from comments(source.text)
        return
    spans = sorted(_texts(source))
    reached, line, index = 0, 0, 0
    for match in _COMMENT.finditer(source.text):
        while index < len(spans) and spans[index].start <= match.start():
            reached, index = max(reached, spans[index].end), index + 1
        number = source.position(match.start())[0]
        if match.start() >= reached and number != line:
            line = number
            yield match.start()


def unbroken(source: Source) -> Iterator[int]:
    """The lines at whose end a comment may stand: where no text goes on in the next; in JSON there is none."""
    if source.language == JSON:
        return
    places = ((source.position(span.start)[0], source.position(span.end)[0]) for span in _texts(source))
    broken = {line for first, last in places for line in range(first, last)}
    yield from (line for line in range(1, source.lines + 1) if line not in broken)


def _texts(source: Source) -> Iterator[Span]:
    """The places of texts and numbers, keys too."""
    if source.language == TOML:
        return texts(source.text)
    return (each.span for each in everything(read_nodes(source) or ()) if isinstance(each, Scalar))


def says_the_same_but_for(old: Source, new: Source, edits: int) -> bool:
    """Whether a new text differs from the old one in no more values than there were edits."""
    before, after = read_nodes(old), read_nodes(new)
    if before is None or after is None:
        return False
    was, now = Counter(_said(before)), Counter(_said(after))
    return (was - now).total() <= edits and (now - was).total() <= edits


def _said(roots: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
    """Every value with its key and its tag."""
    for node in everything(roots):
        if isinstance(node, Table):
            yield "", node.tag
            yield from ((each.key.text, each.value.text) for each in node.entries if isinstance(each.value, Scalar))
        elif isinstance(node, Items):
            yield from (("", each.text) for each in node.items if isinstance(each, Scalar))
