"""A regularizer of layers is followed as programs pass it on, into a layer, a model and to its optimizer."""

from __future__ import annotations

from textwrap import dedent

import pytest
from pages import only, project, source_of

from adamw_lint.engine import lint
from adamw_lint.read.source import Source

HEAD = """
from functools import partial
from tensorflow import keras
from tensorflow.keras.layers import Conv2D, Dense, Input
from tensorflow.keras.optimizers import SGD, Adam
from tensorflow.keras.regularizers import l2
"""
LINES = {
    "MADE": "model = keras.Sequential([layer, Dense(1)])\nmodel.compile(Adam(1e-3), 'mse')",
    "OPTIMIZED": "layer = Dense(8, kernel_regularizer=l2(1e-4))\nmodel = keras.Sequential([layer, Dense(1)])",
    "MODEL": """
class Base(keras.Model):
    def __init__(self, regularizer=None):
        super().__init__()
        self.dense = Dense(8, kernel_regularizer=regularizer)
        self.out = Dense(1)
""",
}

REACHED = {
    "bound in a condition": "if reg := l2(1e-4):\n    layer = Dense(8, kernel_regularizer=reg)\nMADE",
    "bound beside another": "reg, rate = l2(1e-4), 1e-3\nlayer = Dense(8, kernel_regularizer=reg)\nMADE",
    "taken apart with a star": "reg, *rest = l2(1e-4), 1e-3, 8\nlayer = Dense(8, kernel_regularizer=reg)\nMADE",
    "bound to two names": "whole = reg, rate = l2(1e-4), 1e-3\nlayer = Dense(8, kernel_regularizer=reg)\nMADE",
    "a dict of arguments": """
        options = {"kernel_regularizer": l2(1e-4)}
        layer = Dense(8, **{**options, "activation": "relu"})
        MADE
    """,
    "an item of a dict of arguments": """
        options = dict(activation="relu")
        options["kernel_regularizer"] = l2(1e-4)
        layer = Dense(8, **options)
        MADE
    """,
    "a function with a regularizer": """
        def dense(units, kernel_regularizer=None):
            return Dense(units, kernel_regularizer=kernel_regularizer)
        layer = dense(8, kernel_regularizer=l2(1e-4))
        MADE
    """,
    "a function that hands all on": """
        def dense(units, **options):
            return Dense(units, **options)
        layer = dense(8, kernel_regularizer=l2(1e-4))
        MADE
    """,
    "a function that is handed a dict": """
        def dense(units, *, kernel_regularizer=None, **options):
            return Dense(units, kernel_regularizer=kernel_regularizer, **options)
        options = dict(kernel_regularizer=l2(1e-4))
        layer = dense(8, **options)
        MADE
    """,
    "a partial of a function": """
        def dense(regularizer, units):
            return Dense(units, kernel_regularizer=regularizer)
        layer = partial(dense, l2(1e-4))(8)
        MADE
    """,
    "layers in a loop": """
        model = keras.Sequential()
        for layer in [Dense(8, kernel_regularizer=l2(1e-4)), Dense(1)]:
            model.add(layer)
        model.compile("adam", "mse")
    """,
    "pairs of layers in a loop": """
        model = keras.Sequential()
        for name, layer in [("hidden", Dense(8, kernel_regularizer=l2(1e-4))), ("out", Dense(1))]:
            model.add(layer)
        model.compile("adam", "mse")
    """,
    "the output of another model": """
        base = keras.Sequential([Input((4,)), Dense(8, kernel_regularizer=l2(1e-4))])
        model = keras.Model(base.input, Dense(1)(base.output))
        model.compile(optimizer="adam", loss="mse")
    """,
    "a model of the program": """
        MODEL
        model = Base(l2(1e-4))
        model.compile("adam", "mse")
    """,
    "a model that derives from another": """
        MODEL
        class Net(Base):
            pass
        model = Net(l2(1e-4))
        model.compile("adam", "mse")
    """,
    "a model that hands on to another": """
        MODEL
        class Net(Base):
            def __init__(self, scale):
                super().__init__(l2(scale))
                self.compile("adam", "mse")
    """,
    "a layer that a model of the program reads": """
        MODEL
        net = Base(l2(1e-4))
        model = keras.Sequential([net.dense, Dense(1)])
        model.compile("adam", "mse")
    """,
    "a layer of a model that derives from another": """
        class Base(keras.Model):
            pass
        class Net(Base):
            def __init__(self):
                super().__init__()
                self.dense = Dense(8, kernel_regularizer=l2(1e-4))
        model = Net()
        model.compile("adam", "mse")
    """,
    "a penalty that TensorFlow 1 collects": """
        import tensorflow as tf
        out = tf.layers.dense(x, 8, kernel_regularizer=tf.contrib.layers.l2_regularizer(1e-4))
        tf.losses.mean_squared_error(y, out)
        train = tf.train.AdamOptimizer(1e-3).minimize(tf.losses.get_total_loss())
    """,
    "the default of an option": """
        def block(x, **options):
            regularizer = options.setdefault("kernel_regularizer", l2(1e-4))
            return Conv2D(8, 3, kernel_regularizer=regularizer)(x)
        inputs = Input((32, 32, 3))
        model = keras.Model(inputs, block(inputs))
        model.compile("adam", "mse")
    """,
    "the default of an option in a dict": """
        def block(x, **options):
            options.setdefault("kernel_regularizer", l2(1e-4))
            return Conv2D(8, 3, **options)(x)
        inputs = Input((32, 32, 3))
        model = keras.Model(inputs, block(inputs))
        model.compile("adam", "mse")
    """,
    "a wrapped optimizer with a name": """
        OPTIMIZED
        optimizer = keras.mixed_precision.LossScaleOptimizer(Adam(1e-3))
        model.compile(optimizer, "mse")
    """,
    "one of two optimizers": "OPTIMIZED\nmodel.compile(Adam(1e-3) if args.adam else SGD(0.1), 'mse')",
    "a wrapped optimizer": "OPTIMIZED\nmodel.compile(keras.mixed_precision.LossScaleOptimizer(Adam(1e-3)), 'mse')",
    "an optimizer that is handed in": """
        def trained(optimizer):
            model = keras.Sequential([Dense(8, kernel_regularizer=l2(1e-4)), Dense(1)])
            model.compile(optimizer, "mse")
        trained(Adam(1e-3))
    """,
    "the name of an optimizer that is handed in": """
        def trained(optimizer):
            model = keras.Sequential([Dense(8, kernel_regularizer=l2(1e-4)), Dense(1)])
            model.compile(optimizer, "mse")
        trained("adam")
    """,
    "a step in a function above": """
        import tensorflow as tf
        OPTIMIZED
        optimizer = Adam(1e-3)
        def total(x, y):
            return tf.reduce_mean((model(x) - y) ** 2) + tf.add_n(model.losses)
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = total(x, y)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))
    """,
}

APART = {
    "of activities": "layer = Dense(8, activity_regularizer=l2(1e-4))\nMADE",
    "of activities in a dict": "layer = Dense(8, **{'activity_regularizer': l2(1e-4)})\nMADE",
    "an argument of a class": "class Layer(Dense, regularizer=l2(1e-4)):\n    pass\nlayer = Layer(8)\nMADE",
    "a class without a constructor": "class Kept:\n    pass\nkept = Kept(l2(1e-4))\nlayer = Dense(8)\nMADE",
    "a model of another class": """
        MODEL
        class Other(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = Dense(1)
        kept, model = Base(l2(1e-4)), Other()
        kept.compile("sgd", "mse")
        model.compile("adam", "mse")
    """,
    "a plain class that keeps a layer": """
        class Holder:
            def __init__(self):
                self.layer = Dense(8, kernel_regularizer=l2(1e-4))
            def compile(self, name):
                self.name = name
        Holder().compile("adam")
    """,
    "one of two that are bound at once": """
        layer, plain = Dense(8, kernel_regularizer=l2(1e-4)), Dense(8)
        model = keras.Sequential([plain, Dense(1)])
        model.compile("adam", "mse")
        keras.Sequential([layer]).compile("sgd", "mse")
    """,
    "another optimizer": "OPTIMIZED\nmodel.compile(SGD(0.1) if args.plain else 'sgd', 'mse')",
    "no optimizer": "OPTIMIZED\nmodel.compile()",
}


def program(text: str) -> str:
    lines = dedent(text).split("\n")
    return HEAD + "\n".join(LINES.get(line, line) for line in lines) + "\n"


def found(text: str) -> list[str]:
    source = Source.of_text(program(text))
    return [source.text[each.span.start : each.span.end] for each in lint(source, only("l2-in-loss"))]


@pytest.mark.parametrize("name", REACHED)
def test_a_regularizer_reaches_an_adam(name: str) -> None:
    assert len(found(REACHED[name])) == 1


@pytest.mark.parametrize("name", APART)
def test_a_regularizer_that_reaches_none_is_left_alone(name: str) -> None:
    assert not found(APART[name])


def test_the_scope_of_what_a_function_gives_back_is_followed_to_where_its_losses_are_collected() -> None:
    train = """
import tensorflow as tf
import made
loss = tf.add_n([error(made.net(x), y), *tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)])
step = tf.train.AdamOptimizer(1e-3).minimize(loss)
"""
    code = """
import tensorflow as tf
from tensorflow.contrib import slim
def net(x):
    with slim.arg_scope([slim.conv2d], weights_regularizer=slim.l2_regularizer(1e-5)):
        return slim.conv2d(x, 8, 3)
"""
    for optimizer, found in (("AdamOptimizer", 1), ("GradientDescentOptimizer", 0)):
        with project({"train.py": train.replace("AdamOptimizer", optimizer)}):
            assert len(lint(source_of(code, "made.py"), only("l2-in-loss"))) == found


def test_half_of_the_squares_is_taken_for_what_it_is() -> None:
    code = """
import tensorflow as tf
out = tf.layers.dense(x, 8, kernel_regularizer=tf.contrib.layers.l2_regularizer(0.01))
tf.losses.mean_squared_error(y, out)
train = tf.train.AdamOptimizer(1e-3).minimize(tf.losses.get_total_loss())
"""
    (found,) = lint(Source.of_text(code), only("l2-in-loss"))
    assert found.help is not None
    assert "`tensorflow.contrib.opt.AdamWOptimizer` with `weight_decay=η · 0.01`, the factor" in found.help
