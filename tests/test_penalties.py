"""Which files are parsed for the sake of penalties: every one that may hold one, and few that only look like it."""

import ast
import re
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import PATHS, examples
from test_losses import REACHED, SUMS, in_module, in_training, terms_of

from adamw_lint.read import penalties
from adamw_lint.read.functions import Functions
from adamw_lint.read.operands import keeps_function
from adamw_lint.read.penalties import may_take_norms
from adamw_lint.read.prefilter import may_concern, may_matter

PENALTIES = [in_training(f"(ce + lam * {penalty}).backward()") for penalty in SUMS]
PENALTIES += [in_training(body) for body, _ in REACHED.values()]
PENALTIES += [example.code for example in examples("l2-in-loss") if example.expected]

# What stands around a function, and is the harder to cut from it; none of it takes a norm of parameters.
AROUND = [
    "import os\n",
    "def other(x):\n    return x.pow(2).mean()\n\n\n",
    'class Norm:\n    """A norm.\n\ndef no_function(x): of a text\n"""\n\n    def forward(self, x):\n        pass\n\n',
    "def wide(\n    x,\n    y,\n) -> float:\n# a comment at the left\n    return (x\n+ y)\n\n\n",
    "if True:\n\n    async def late(x): return x\n\n\n",
]


def in_function(text: str) -> str:
    """The program as the body of a function, but for its imports, which others read too."""
    lines = text.split("\n")
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    rest = "\n".join(line for line in lines if line not in imports)
    return "\n".join(imports) + "\n\n\ndef train(loader):\n" + indent(rest, "    ")


@pytest.mark.parametrize("text", PENALTIES)
def test_no_penalty_is_overlooked(text: str) -> None:
    assert may_take_norms(text)
    assert may_take_norms(in_function(text))
    assert may_take_norms(in_function(text).replace("\n", "\r\n"))


@pytest.mark.parametrize("penalty", ["self.lam * self.l2()", "1e-4 * (self.scale ** 2).sum()", "self.fc.weight.norm()"])
def test_no_penalty_of_a_module_is_overlooked(penalty: str) -> None:
    text = in_module(f"loss + {penalty}")
    assert terms_of(text)
    assert may_take_norms(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(AROUND)), st.sampled_from(PENALTIES), st.lists(st.sampled_from(AROUND)))
def test_no_penalty_is_overlooked_among_other_code(before: list[str], text: str, after: list[str]) -> None:
    assert may_take_norms("".join([*before, in_function(text), "\n\n", *after]))


HANDED = {
    "a tensor": "def l2(w):\n    return w.norm()\n\n\ndef loss(model, ce):\n    return ce + l2(model.fc.weight)",
    "an iterator": """
        def l2(params):
            return sum(p.pow(2).sum() for p in params)

        def loss(model, ce):
            return ce + l2(model.parameters())
    """,
    "over two functions": """
        def square(x):
            return (x ** 2).sum()

        def l2(x):
            return square(x)

        def loss(model, ce):
            return ce + l2(model.fc.weight)
    """,
    "to an object": """
        class L2:
            def __call__(self, params):
                return sum((p * p).sum() for p in params)

        penalty = L2()

        def loss(model, ce):
            return ce + penalty(model.parameters())
    """,
    "in a list": """
        def loss(model, ce):
            chosen = []
            for name, p in model.named_parameters():
                chosen.append(p)
            return ce + sum(each.norm() for each in chosen)
    """,
    "by a method of another class": """
        def loss(model, ce):
            return ce + sum(each.norm() for each in model.get_weights())
    """,
    "a function kept as an attribute": """
        import torch

        class Loss:
            def __init__(self):
                self.norm = torch.norm

            def forward(self, model, ce):
                return ce + self.norm(model.fc.weight)
    """,
    "a variable that a function of the library makes, kept as an attribute": """
        class Net:
            def build(self):
                self.table = (
                    tf.get_variable("table", [4, 4])
                )

            def loss(self, ce):
                return ce + tf.nn.l2_loss(self.table)
    """,
    "to a function of the library that takes gradients": """
        import tensorflow as tf

        def train(ce, optimizer):
            weights = tf.trainable_variables()
            loss = ce + tf.add_n([tf.nn.l2_loss(v) for v in weights])
            return optimizer.apply_gradients(zip(tf.gradients(loss, weights), weights))
    """,
    "in a list of pairs, from a method that names none": """
        class Regularization:
            def forward(self, model):
                return self.penalty(self.pairs(model), self.factor)

            def pairs(self, model):
                found = []
                for name, param in model.named_parameters():
                    pair = (name, param)
                    found.append(pair)
                return found

            def penalty(self, pairs, factor):
                total = 0
                for name, w in pairs:
                    total = total + torch.norm(w, p=2)
                return factor * total
    """,
    "to a regularizer of layers": """
        import tensorflow as tf

        def penalised(loss, weights, factor):
            regularizer = tf.contrib.layers.l2_regularizer(factor)
            return loss + regularizer(weights)
    """,
    "as an error from zeros that a name holds": """
        def loss(model, ce):
            origin = torch.zeros(4)
            return ce + F.mse_loss(model.fc.weight, origin, reduction="sum")
    """,
    "by its name": """
        def l2(factor, w=None):
            return factor * w.norm()

        def loss(model, ce):
            return ce + l2(1e-4, w=model.fc.weight)
    """,
    "among others": """
        def l2(*tensors, factor):
            return factor * sum(t.norm() for t in tensors)

        def loss(model, ce):
            return ce + l2(ce, model.fc.weight, factor=2)
    """,
    "to a method whose object goes by another name": """
        class L2:
            def penalty(this, factor, w):
                return factor * w.norm()

        def loss(model, ce):
            return ce + L2().penalty(1e-4, model.fc.weight)
    """,
    "to a method of the class": """
        class L2:
            def penalty(self, factor, w):
                return factor * w.norm()

        def loss(l2, model, ce):
            return ce + L2.penalty(l2, 1e-4, model.fc.weight)
    """,
    "to a class method": """
        class L2:
            @classmethod
            def penalty(cls, w, factor):
                return factor * w.norm()

        def loss(model, ce):
            return ce + L2.penalty(model.fc.weight, 1e-4)
    """,
    "made by a function, several at once": """
        class Net(nn.Module):
            def __init__(self):
                self.w, self.b = self.made()

            def made(self):
                return nn.Parameter(torch.ones(4)), nn.Parameter(torch.ones(4))

            def loss(self, ce):
                return ce + self.w.norm()
    """,
    "from a global": """
        parameters = list(model.parameters())

        def loss(ce):
            return ce + sum(each.norm() for each in parameters)
    """,
}


@pytest.mark.parametrize("code", HANDED.values(), ids=HANDED)
def test_parameters_are_followed_to_the_norm(code: str) -> None:
    assert may_take_norms(dedent(code))


OTHERS = {
    "a norm layer": """
        class RMSNorm(nn.Module):
            def __init__(self, size):
                self.weight = nn.Parameter(torch.ones(size))

            def forward(self, hidden):
                variance = hidden.pow(2).mean(-1, keepdim=True)
                return self.weight * (hidden * torch.rsqrt(variance + 1e-6))
    """,
    "a layer called norm": """
        class Block(nn.Module):
            def forward(self, x):
                return x + F.linear(self.norm(x), self.weight)
    """,
    "along an axis": "def unit(module):\n    return module.weight.norm(dim=-1)",
    "a norm that is compared": "def large(model):\n    return [1 for p in model.parameters() if p.norm() > 3]",
    "a divisor": "def unit(model, x):\n    return x / model.fc.weight.norm()",
    "the square of a number": "def area(config):\n    loss = config.patch_size ** 2\n    return loss",
    "an error": "def mse(x, y):\n    return ((x - y) ** 2).mean()",
    "an error, by the name of a function": "def loss(model, x, y):\n    return F.mse_loss(model.get_weights(x), y)",
    "an error, where zeros are made for something else": """
        def loss(model, x, y):
            hidden = torch.zeros(4)
            return F.mse_loss(model.get_weights(x, hidden), y)
    """,
    "a power that a call gives": "def scaled(model, x):\n    return model.weight.view(-1) ** x.size(0)",
    "another argument of a function that is handed parameters": """
        def grid(table, side):
            return table.view(side ** 2, -1)

        def loss(model, side):
            return grid(model.fc.weight, side).mean()
    """,
    "another argument of an object": """
        class Grid(nn.Module):
            def forward(self, table, *, side=None):
                return table.mean() * side ** 2

        def loss(model, layer, size):
            return layer(model.fc.weight, side=size)
    """,
    "what a function is given to call": """
        def pool(x, norm=None):
            return norm(x) if norm else x

        def loss(model):
            return pool(model.fc.weight)
    """,
    "a layer that is kept": """
        class Decoder(nn.Module):
            def __init__(self, norm):
                self.norm = norm

            def forward(self, x):
                return self.norm(x)

        def loss(model, decoder):
            return decoder(model.fc.weight)
    """,
    "numbers, several at once": """
        class Grid(nn.Module):
            def __init__(self, ratio):
                self.scale = nn.Parameter(torch.ones(1))
                self.side, self.other = int(ratio), 4
                self.rows, self.columns = map(int, ratio)

            def forward(self, x):
                return x * self.side ** 2 + self.rows ** 2
    """,
    "numbers, one beside the other in a call": """
        class Grid(nn.Module):
            def forward(self, x):
                self.scale = nn.Parameter(torch.ones(1))
                x = self.positions(
                    x, self.side, more=self.more
                )
                return x * self.side ** 2
    """,
}


@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_other_norms_are_left_out(code: str) -> None:
    assert not may_take_norms("import torch\nfrom torch import nn\n" + dedent(code))


def test_what_concerns_no_rule_may_matter_to_an_importer() -> None:
    code = b"def l2_loss(weight_params):\n    return weight_params.norm()"
    assert may_matter(code)
    assert not may_concern(code)


def test_functions_are_cut_by_their_indentation() -> None:
    method = "class C:\n    def g(self):\n        def h(): 1\n        return h\n    y = 2\n"
    text = "x = 1\ndef f(\n    a,\n):\n\n# b\n    return a\n\n\n" + method
    pieces = Functions(text)
    assert pieces.around([text.index("return a")]) == {0}
    assert pieces.around([text.index("def h"), text.index("return h")]) == {1}
    assert pieces.around([text.index("y = 2")]) is None
    assert pieces.around([text.index("x = 1")]) is None
    found = [
        [each.name for each in ast.walk(pieces.parsed(number)) if isinstance(each, ast.FunctionDef)]
        for number in (0, 1)
    ]
    assert found == [["f"], ["g", "h"]]


def test_a_function_is_parsed_whatever_stands_left_of_it_in_a_comment() -> None:
    pieces = Functions("class C:\n    def f(self):\n# a\n        return self.w\n")
    assert [each.name for each in ast.walk(pieces.parsed(0)) if isinstance(each, ast.FunctionDef)] == ["f"]


@pytest.mark.parametrize(
    "text", ["async def f(): 1", "def f():\n  1\n", "  def f():\n    1\n  def f(): 2\nx", "def f(): 1\n\n"]
)
def test_a_function_is_cut_in_the_first_line_and_up_to_the_last(text: str) -> None:
    first = Functions(text).parsed(0)
    assert [each.name for each in ast.walk(first) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))] == ["f"]
    assert Functions(text).around([len(text) - 1]) == (None if text.endswith("x") else {text.count("def f") - 1})


@settings(deadline=None)
@given(
    st.text(alphabet=" \t\r\nx#"),
    st.sampled_from(["", "global x", "global", " global x", "xglobal x"]),
    st.text(" \n\tx"),
)
def test_indentation_that_does_not_tell_is_seen_at_the_start_of_every_line(before: str, word: str, after: str) -> None:
    text = before + word + after
    slow = re.compile(r"^ *\t|\r(?!\n)|^ +global ", re.MULTILINE)
    assert bool(penalties._UNBROKEN.search(f"\n{text}")) == bool(slow.search(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import torch\nself.norm = torch.norm\n", True),
        ("from torch import (\n    f,\n)\nnorm = f  \n", True),
        ("f = torch.norm\nself.norm = f\n", True),
        ("def f(w): ...\nself.norm = f\n", True),
        ("def __init__(self, f):\n    self.norm = f\n", False),
        ("def __init__(self):\n    f = torch.norm\n    self.norm = f\n", True),
        ("self.subnorm = norm_of\nx", False),
        ("self.norms = f\n", False),
        ("self.norm = Norm(8)\n", False),
        ("from a import f\nself.norm1, self.norm = a, b\nself.norm = f", True),
    ],
)
def test_a_function_is_kept_under_a_whole_name(text: str, expected: bool) -> None:
    assert keeps_function(text, "norm") is expected


def test_every_marked_example_concerns_us() -> None:
    for rule in PATHS:
        for example in examples(rule):
            is_python = example.block.info.split()[0] == "python"
            assert not (is_python and example.expected) or may_concern(example.code.encode()), example


@pytest.mark.parametrize("after", ["", "def report(loss):\n    print(loss)\n\n\n"])
def test_what_stands_below_a_function_and_in_none_is_read_too(after: str) -> None:
    text = dedent("""
        import torch


        def criterion(prediction, target, params):
            penalty = 0
            for p in params:
                penalty += torch.norm(p, 2)
            return torch.nn.functional.mse_loss(prediction, target) + 1e-4 * penalty


        {after}optimizer = torch.optim.Adam(model.parameters())
        for x, y in loader:
            loss = criterion(model(x), y, model.parameters())
            loss.backward()
            optimizer.step()
    """).replace("{after}", after)
    assert may_take_norms(text)
    assert [module.text(term.node) for module, term in terms_of(text)] == ["1e-4 * penalty"]
