"""Kinds of runs, as `Run.kind` keeps them."""

PRE_LABEL = "pre-label"
"""The kind of a run whose predictions become auto labels of samples the job has."""
COLLECT = "collect"
"""The kind of a run whose predictions become auto labels of images that join the job by it."""
CHECK = "check"
"""The kind of a run that looks at samples people labeled; what it says never becomes a label."""
AUTO_LABELING = frozenset({PRE_LABEL, COLLECT})
"""Kinds of runs that give auto labels: a decision on those tells whether the model was right."""
