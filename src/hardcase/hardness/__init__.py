"""Which samples a person should look at first, and why: signals -> reasons and coefficient.

`measure` turns the evidence of one image into a row of signals, `assess` turns the rows of a run
into reasons, coefficients and marks. Pure functions: no images, no models, no store.
"""

from hardcase.hardness.assess import Assessment, assess
from hardcase.hardness.coefficient import coefficients
from hardcase.hardness.population import Population, aligned
from hardcase.hardness.rule import Rule, RuleKind, hard
from hardcase.hardness.signals import SIGNALS, measure

__all__ = [
    "SIGNALS",
    "Assessment",
    "Population",
    "Rule",
    "RuleKind",
    "aligned",
    "assess",
    "coefficients",
    "hard",
    "measure",
]
