"""Runs optimizers and measures how their weight decay acts; each framework is a module, imported when it is needed."""

from adamw_lint.measure.protocol import Array, Measurement, Trial, coupling_exponent, measure, penalised

__all__ = ["Array", "Measurement", "Trial", "coupling_exponent", "measure", "penalised"]
