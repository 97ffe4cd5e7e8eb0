"""The one door to a labeling job: queries and commands, for the command line and the app alike."""

from hardcase.session.labeling import LabelingSession
from hardcase.session.views import Sort, Stats, Tab

__all__ = ["LabelingSession", "Sort", "Stats", "Tab"]
