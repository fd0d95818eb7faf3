"""Text edits for the small changes that fixes are made of: a keyword more, a keyword set, a statement gone."""

from collections.abc import Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module


def insert_after(module: Module, node: cst.CSTNode, text: str) -> Edit:
    """Write `text` as the next item after an item of a call or list, in the layout that the item has."""
    span = module.span(node)
    return Edit(Span(span.end, span.end), separator(module, node) + text)


def separator(module: Module, node: cst.CSTNode) -> str:
    """What stands between an item and the next: a comma, and a new line where the item begins one."""
    lead = indent(module, node)
    line = module.source.line(module.source.position(module.span(node).start)[0])
    alone = line[: len(lead)] == lead and module.source.position(module.span(node).start)[1] == len(lead) + 1
    return f",{module.source.newline}{lead}" if alone and lead else ", "


def indent(module: Module, node: cst.CSTNode) -> str:
    """The white space at the beginning of the line on which a node begins."""
    line = module.source.line(module.source.position(module.span(node).start)[0])
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def add_keyword(module: Module, call: cst.Call, name: str, value: str, after: cst.CSTNode | None = None) -> Edit:
    """Give a call one keyword argument more, after `after` or the last argument."""
    if not call.args:
        end = module.span(call).end - 1
        return Edit(Span(end, end), f"{name}={value}")
    last = call.args[-1].value
    if isinstance(last, cst.GeneratorExp) and not last.lpar:
        raise Manual("its only argument is a bare generator")
    own = [arg for arg in call.args if arg is after]
    return insert_after(module, own[0] if own else call.args[-1], f"{name}={value}")


def add_keywords(module: Module, last: cst.Arg, written: list[str]) -> Iterator[Edit]:
    """Write `name=value` texts after the last argument of a call, which keeps the comment on its line."""
    if not written:
        return
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        raise Manual("its only argument is a bare generator")
    between, end = separator(module, last), module.span(last).end
    text, newline = module.source.text, module.source.newline
    line = text[end : line_of(module, last).end].rstrip("\r\n")
    if newline not in between or not line.lstrip(", \t").startswith("#"):
        yield Edit(Span(end, end), between + between.join(written))
        return
    has_comma = isinstance(last.comma, cst.Comma)
    if not has_comma:
        yield Edit(Span(end, end), ",")
    below = end + len(line)
    yield Edit(Span(below, below), between[1:] + between.join(written) + "," * has_comma)


def replace(module: Module, node: cst.CSTNode, text: str) -> Edit:
    """Write `text` in place of a node."""
    return Edit(module.span(node), text)


def line_of(module: Module, node: cst.CSTNode) -> Span:
    """The whole lines on which a node stands, with the last one's newline."""
    span, source = module.span(node), module.source
    start = source.start(source.position(span.start)[0])
    last = source.position(span.end)[0]
    return Span(start, source.start(last + 1) if last < source.lines else len(source.text))


def stands_alone(module: Module, node: cst.CSTNode) -> bool:
    """Whether the lines of a statement hold nothing else, no comment either."""
    span, line = module.span(node), line_of(module, node)
    return not (module.source.text[line.start : span.start] + module.source.text[span.end : line.end]).strip()


def rewrite_string(module: Module, node: cst.SimpleString, text: str) -> Edit:
    """Put another text between the quotes of a string literal."""
    return replace(module, node, f"{node.prefix}{node.quote}{text}{node.quote}")


def line_after(module: Module, statement: cst.CSTNode, text: str) -> Edit:
    """A statement on a line of its own after an import, whose line may hold what needs it already; raises Manual."""
    line = module.survey.parents[statement]
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise Manual("the import shares a line with another statement")
    end = line_of(module, statement).end
    if not module.source.text[:end].endswith(("\n", "\r")):
        raise Manual("the import is the last line of the file")
    return Edit(Span(end, end), f"{indent(module, statement)}{text}{module.source.newline}")
