"""What is typed into the form of auto labeling, and the request it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.errors import UsageError
from hardcase.inference import PROVIDERS, Cluster, Effort, Where
from hardcase.inference.recognition.known_labels import numbered
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.autolabel.class_map import labels_of, parsed
from hardcase.session.autolabel.run_request import RunRequest, beyond_a_form
from hardcase.session.autolabel.targets import Existing
from hardcase.tui.typed_path import is_file, typed_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hardcase.inference import Profile
    from hardcase.model.job import Task

EFFORTS = {
    Effort.QUICK: "quick",
    Effort.STANDARD: "standard",
    Effort.THOROUGH: "thorough (slow)",
}
"""How much is spent on other looks at the images, as it is called here."""

EXISTING = {
    None: "as the filter says",
    Existing.KEEP: "keep",
    Existing.REPLACE: "replace",
}
"""What becomes of auto labels that wait to be confirmed; those that a filter asks for go."""

_NAME_THEM = "put labels.txt beside it, or map class_0=cat"
_NO_THRESHOLD = "a threshold is a number between 0 and 1: 0.3, or 0.3, car=0.6"


def request_of(
    model: Path,
    typed: Mapping[str, str],
    asked: Mapping[str, Any],
    selected: Sequence[int] = (),
) -> RunRequest:
    """Return the request that a form makes. Raises UsageError.

    `typed` are its lines by name: threshold, which, effort, existing, encoder, classes, engine,
    provider.
    `asked` are the settings of a run to go on with, which keeps what no line speaks of. `selected`
    are the ids of the samples to choose from, all where there are none.
    """
    beyond = beyond_a_form(asked)
    threshold = asked.get("threshold")
    if typed["threshold"] != thresholds_in_words(asked):
        threshold, beyond["thresholds"] = _thresholds(typed["threshold"])
    if typed["classes"] != mapping_in_words(asked):
        beyond["mapping"] = parsed(typed["classes"])
    if selected:
        beyond["samples"] = tuple(selected)
    beyond["existing"] = next(e for e, word in EXISTING.items() if word == typed["existing"])
    return RunRequest(
        model,
        threshold=threshold,
        filter=typed["which"].strip(),
        effort=next(e for e, word in EFFORTS.items() if word == typed["effort"]),
        encoder=_encoder(typed["encoder"]),
        where=Where(_cluster(typed["engine"]), _provider(typed["provider"])),
        **beyond,
    )


def thresholds_in_words(asked: Mapping[str, Any]) -> str:
    """Return the thresholds of a run as they are typed: `0.3, car=0.6`."""
    common = asked.get("threshold")
    words = [f"{common:g}"] if isinstance(common, int | float) else []
    words += [f"{name}={value:g}" for name, value in beyond_a_form(asked)["thresholds"]]
    return ", ".join(words)


def mapping_in_words(asked: Mapping[str, Any]) -> str:
    """Return the mapping of a run as it is typed: `car=vehicle, person=`."""
    return ", ".join(f"{name}={label}" for name, label in beyond_a_form(asked)["mapping"])


def effort_in_words(asked: Mapping[str, Any]) -> str:
    """Return what the effort of a run is called, the standard one of a run that has none."""
    value = asked.get("effort")
    return next((EFFORTS[e] for e in Effort if e.value == value), EFFORTS[Effort.STANDARD])


def existing_in_words(asked: Mapping[str, Any]) -> str:
    """Return what becomes of auto labels there are, as it is called here."""
    return EXISTING[beyond_a_form(asked)["existing"]]


def encoder_hint(asked: Mapping[str, Any]) -> str:
    """Return what to type for an encoder."""
    if asked.get("encoder"):
        return "the run had one: give it again to go on with it"
    return "empty: the model itself tells which images are alike"


def about_labels(profile: Profile, task: Task, names: Mapping[str, str]) -> tuple[str, bool]:
    """Return what the classes of a model mean in a job, in a line, and whether it is of no use.

    The job has `task` and the labels that `names` tell; a job without any takes the model's.
    """
    classes = f"{count(len(profile.labels), 'class')}, {_first_of(profile.labels)}"
    if profile.task is not task:
        return f"it is for {profile.task.value}; this is a {task.value} job", True
    if profile.labels == numbered(len(profile.labels)):
        return f"{count(len(profile.labels), 'class')} without names: {_NAME_THEM}", bool(names)
    labels, known = names.values(), labels_of(profile.labels, names, {}).values()
    if labels and not known:
        return f"it knows none of this job's labels: map them below; {classes}", True
    shared = f"knows {len(set(known))} of this job's {count(len(set(labels)), 'label')}; "
    return f"{shared if labels else ''}{classes}", False


def _first_of(names: Sequence[str]) -> str:
    return ", ".join(map(printable, names[:3])) + (", …" * (len(names) > 3))


def _thresholds(typed: str) -> tuple[float | None, tuple[tuple[str, float], ...]]:
    common, own = None, []
    for part in filter(None, map(str.strip, typed.split(","))):
        name, equals, number = part.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            raise UsageError(_NO_THRESHOLD) from None
        if not 0 <= value <= 1 or bool(equals) is not bool(name.strip()):
            raise UsageError(_NO_THRESHOLD)
        if name:
            own.append((name.strip(), value))
        elif common is None:
            common = value
        else:
            raise UsageError(_NO_THRESHOLD)
    return common, tuple(own)


def _encoder(typed: str) -> Path | None:
    if not typed.strip():
        return None
    encoder = typed_path(typed.strip())
    if not is_file(encoder):
        raise UsageError("there is no such encoder: give an ONNX file, or leave it empty")
    return encoder


def _cluster(typed: str) -> Cluster | None:
    """Return the Ray cluster to compute on: `ray` starts one here, an address names one."""
    word = typed.strip()
    if not word:
        return None
    return Cluster(address=None if word == "ray" else word)


def _provider(typed: str) -> str:
    """Return the execution provider to compute on, by itself the best there is."""
    word = typed.strip().lower() or PROVIDERS[0]
    if word not in PROVIDERS:
        raise UsageError(f"the provider is one of {', '.join(PROVIDERS)}")
    return word
