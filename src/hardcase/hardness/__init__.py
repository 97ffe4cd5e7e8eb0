"""Which samples a person should look at first, and why: signals -> reasons and coefficient.

`measure` turns the evidence of one image into a row of signals, `assess` turns the rows of a run
into reasons, coefficients and marks. Pure functions: no images, no models, no store.
"""

from hardcase.hardness.assess import HARD_THRESHOLD, Assessment, assess
from hardcase.hardness.coefficient import coefficients
from hardcase.hardness.population import Population, aligned
from hardcase.hardness.signals import SIGNALS, measure

__all__ = [
    "HARD_THRESHOLD",
    "SIGNALS",
    "Assessment",
    "Population",
    "aligned",
    "assess",
    "coefficients",
    "measure",
]
