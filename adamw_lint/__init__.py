"""adamw-lint finds weight decay that goes through Adam's adaptive step, and rewrites it to AdamW's decoupled shrink."""

TYPE_CHECKING = False  # as type checkers know it; the module that holds it is imported later, see start.py
if TYPE_CHECKING:
    from adamw_lint.api import Diagnostic, Finding, Fixed, LintError, fix, lint

__all__ = ["Diagnostic", "Finding", "Fixed", "LintError", "fix", "lint"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """What there is for programs, imported with its first use: the command line needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adamw_lint import api

    return getattr(api, name)
