"""Whatever is in a file, a run over it ends: with findings, with silence, or with one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzed import faults
from mutated import BUILT, Case


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project to be in."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Each of these was made by fuzzed.py, and once ended in a crash, a hang or a refused fix.
FOUND = {
    "a text that Python does not take": "import torch\no=torch.optim.Adam((),**'\\N')",
    "a predicate that Python does not take": "import torch\no = torch.optim.AdamW([{'params': "
    "[p for n, p in q if '\\N{DASH}' in n or 'norm' in n], 'weight_decay': 0.0}], lr=1e-3)\n",
    "texts and bytes side by side": "def d():b''\"Adam\"",
    "an argument that no replacement takes": "import paddle\nr = paddle.optimizer.Adam(l=o, weight_decay=1)",
    "a default beside norms": "from tinygrad.nn.optim import AdamW\nfrom tinygrad.nn.state import get_parameters\n"
    "o = AdamW(get_parameters(t()), 3)",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_is_borne(text: str) -> None:
    assert list(faults(Case("train.py", text.encode(), ""))) == []


def test_a_good_program_is_borne() -> None:
    assert list(faults(Case("train.py", BUILT.encode(), ""))) == []
