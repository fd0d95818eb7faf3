"""How the time for one file grows with the file: by ratios, which no slow or busy machine changes."""

import time

from adamw_lint.checks import CHECKS
from adamw_lint.engine import lint
from adamw_lint.limit import limited
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

BUILT = """
def build_{number}(model):
    optimizer_{number} = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.1)
    return optimizer_{number}

"""


RETURNING = """
def needs_{number}(case):
    return wraps_{number}(case)

def wraps_{number}(case):
    return skips_{number}(case)

def skips_{number}(case):
    return case

"""

PENALTY = """
def penalty(model):
    return sum(p.pow(2).sum() for p in model.parameters())

def norm(self):
    return torch.stack([p.norm(p=2) for p in self.params]).norm(p=2)

"""

KEPT = """
class Kept{number}:
    def load(self):
        self.params = self.base.params

"""

BRANCH = """
        elif e.is_{number}:
            out = ["{number}"]
            out.extend(self.tokens(e.args[0]))
            return out"""


def seconds(part: str, count: int, found: int) -> float:
    """The processor time, at best of three, for a file with so many of a part, in which so much is found."""
    source = Source.of_text("import torch\n" + "".join(part.format(number=number) for number in range(count)))
    spent = []
    for _ in range(3):
        began = time.process_time()
        assert len(lint(source, Settings(frozenset(CHECKS)))) == found
        spent.append(time.process_time() - began)
    return min(spent)


def test_many_optimizers_cost_as_much_as_they_are() -> None:
    seconds(BUILT, 2, 2)  # imports and facts
    assert seconds(BUILT, 800, 800) < 8 * seconds(BUILT, 200, 200)


def test_many_functions_that_return_cost_as_much_as_they_are() -> None:
    seconds(RETURNING, 2, 0)
    assert seconds(RETURNING, 800, 0) < 12 * seconds(RETURNING, 200, 0)  # 5 to 6 times; a square would be 16


def test_attributes_that_are_made_of_each_other_cost_as_much_as_they_are() -> None:
    text = PENALTY + "".join(KEPT.format(number=number) for number in range(20))
    with limited("kept.py", 30):
        assert lint(Source.of_text(text), Settings(frozenset(CHECKS))) == []


def test_a_method_that_extends_a_list_by_what_it_returns_itself_is_read_in_bounded_time() -> None:
    text = "import torch\n\nclass Tokenizer:\n    def tokens(self, e):\n        if e.is_leaf:\n            return [e]"
    text += "".join(BRANCH.format(number=number) for number in range(20))
    text += "\n\noptimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.1)\n"
    with limited("tokens.py", 30):
        assert len(lint(Source.of_text(text), Settings(frozenset(CHECKS)))) == 1
