"""For the tests of a plug-in: its pages are held to what its checks do, as the linter's own pages are."""

from adamw_lint.testing.claims import Case, cases

__all__ = ["Case", "cases"]
