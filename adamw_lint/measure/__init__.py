"""Runs optimizers and measures how their weight decay acts; each framework is a module, imported when it is needed."""

from adamw_lint.measure.protocol import COARSE, Array, Measurement, Trial, coupling_exponent, measure, penalised

__all__ = ["COARSE", "Array", "Measurement", "Trial", "coupling_exponent", "measure", "penalised"]
