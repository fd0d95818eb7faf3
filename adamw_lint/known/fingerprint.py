"""By what a finding is known again after lines have moved: its rule, its logical line, the definitions around it."""

import hashlib

from adamw_lint.diagnostics import Diagnostic
from adamw_lint.read.lines import lines_of
from adamw_lint.read.source import Source

LENGTH = 16  # hexadecimal digits; two codes of one file and rule that share them are as good as impossible


def fingerprint(source: Source, found: Diagnostic) -> str:
    """A short text that stays the same while the logical line of a finding does, whatever stands before or after it.

    Layout and comments do not count, nor do the lines around; the names of the functions and classes that it is in do.
    """
    line = source.position(found.span.start)[0]
    around = lines_of(source).around(line)
    within, code = (around.within, around.code) if around is not None else ((), source.line(line).strip())
    said = "\0".join([found.rule, *within, code])
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:LENGTH]
