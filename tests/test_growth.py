"""How the time for one file grows with the file: by ratios, which no slow or busy machine changes."""

import time

from adamw_lint.checks import CHECKS
from adamw_lint.engine import lint
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

BUILT = """
def build_{number}(model):
    optimizer_{number} = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.1)
    return optimizer_{number}

"""


def seconds(count: int) -> float:
    """The processor time, at best of two, for a file that builds so many optimizers."""
    source = Source.of_text("import torch\n" + "".join(BUILT.format(number=number) for number in range(count)))
    spent = []
    for _ in range(2):
        began = time.process_time()
        assert len(lint(source, Settings(frozenset(CHECKS)))) == count
        spent.append(time.process_time() - began)
    return min(spent)


def test_many_optimizers_cost_as_much_as_they_are() -> None:
    seconds(2)  # imports and facts
    assert seconds(800) < 8 * seconds(200)
