"""Each page of the rules is true."""

import pytest

from adamw_lint.testing import Case, cases


@pytest.mark.parametrize("case", cases("adamw_lint_house"), ids=str)
def test_a_page_is_true(case: Case) -> None:
    case.check()
