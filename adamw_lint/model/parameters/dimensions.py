"""Why the number of dimensions of a parameter may say nothing about what it is for."""

from adamw_lint.model.parameters.layers import Layers
from adamw_lint.model.survey import Survey
from adamw_lint.rulebook import words


def misleading(survey: Survey, layers: Layers) -> str:
    """The reason, as the end of a sentence; empty where the number of dimensions tells."""
    signs = words("signs")
    if survey.mentions(signs["sharded"]):
        return "sharded parameters have one dimension whatever they are"
    if survey.mentions(signs["reshaped"]):
        return "weight normalisation gives weights a scale of two or more dimensions"
    if any(layers.lazy()):
        return "lazy parameters have no shape yet"
    return "a norm has a scale of two or more dimensions" if any(layers.shaped_norms()) else ""
