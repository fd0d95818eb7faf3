"""Outcomes for the tests of formats: of ordinary programs, and of programs and names that mean harm."""

from importlib import import_module

from pages import only

from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.run import Outcome, Task, run_on_bytes

CALL = "torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.01)"
ORDINARY = f"import torch\n\nopt = {CALL}\n"
EDGES = f"\ufeffimport torch\r\n\r\nx = '\U0001f600é'; opt = {CALL}  # \U0001f600\r\nif x:\r\n    y = {CALL}\r\n"
HARM = "<script>alert(1)</script> \x1b[31m ##vso[task.complete] ::error:: {0} [x](1) % \u202e \ufffe ]]>"
HOSTILE = f"import torch\nopt = torch.optim.Adam(model.parameters(), weight_decay=args['{HARM}'])  # {HARM}\n"
NAMES = (
    "a b%c#?.py",
    "\x1b[31m.py",
    "x\n::error::y.py",
    "::error::z.py",
    "<script>alert(1)</script>.py",
    "\udcff.py",
    "##vso[task.complete;]w.py",
    "\"&'].py",
)
UNSAFE = "import torch\nopt = torch.optim.Adam(model.parameters(), weight_decay=1)\nopt.load_state_dict(state)\n"
MANUAL = "import torch\nopt = torch.optim.Adamax(model.parameters(), weight_decay=1)\n"
BROKEN = "from torch.optim import Adam\nx = (\n"

DATA = ("json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson", "azure", "html")


def outcome(text: str, path: str = "train.py") -> Outcome:
    """What a run makes of a file, without a file."""
    return run_on_bytes(text.encode(), path, Task(Configuration.everywhere(only("coupled-decay"))))


def ordinary() -> list[Outcome]:
    """A file of each kind."""
    texts = {"train.py": ORDINARY, "edges.py": EDGES, "sub/unsafe.py": UNSAFE, "manual.py": MANUAL, "broken.py": BROKEN}
    return [outcome(text, path) for path, text in texts.items()]


def hostile() -> list[Outcome]:
    """Programs and names that want to be more than text."""
    return [*(outcome(HOSTILE, name) for name in NAMES), *(outcome(BROKEN, f"broken{name}") for name in NAMES)]


def told(name: str, outcomes: list[Outcome]) -> str:
    """The report in a format."""
    return "".join(import_module(f"adamw_lint.report.{name.replace('-', '_')}").report(outcomes))
