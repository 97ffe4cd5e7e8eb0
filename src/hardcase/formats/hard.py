"""Hard attributes of the ModelArts manifest, in all the spellings that are met.

Keys come with hyphens or underscores; `hard` as a boolean or as text; `property` as an object or as
a JSON string; reasons as "3-20-21-19".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.errors import FormatError
from hardcase.formats.values import parse_json, real, share, truth, whole
from hardcase.model.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardcase.formats.problems import Problems
    from hardcase.model.job import Sample

HARD = "@modelarts:hard"
COEFFICIENT = "@modelarts:hard_coefficient"
REASONS = "@modelarts:hard_reasons"


def hyphenated(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with hyphens in its keys; a key that has them already wins."""
    return {k.replace("_", "-"): v for k, v in entry.items()} | {
        k: v for k, v in entry.items() if "-" in k
    }


def read_hard(
    line: dict[str, Any], annotations: Iterable[dict[str, Any]], place: str, problems: Problems
) -> dict[str, Any]:
    """Return the fields of Sample that a manifest line gives: `hard`, `coefficient`, `reasons`.

    What stands on the line holds. Without it, annotations do: hard if any is, the largest
    coefficient, all reasons.
    """
    own = _attributes(line, place, problems)
    each = [_attributes(a, place, problems) for a in annotations]
    out: dict[str, Any] = {}
    hard = [e["hard"] for e in each if "hard" in e]
    coefficients = [e["coefficient"] for e in each if "coefficient" in e]
    reasons = [r for e in each for r in e.get("reasons", ())]
    if hard:
        out["hard"] = any(hard)
    if coefficients:
        out["coefficient"] = max(coefficients)
    if reasons:
        out["reasons"] = tuple(dict.fromkeys(reasons))
    return out | own


def _attributes(entry: dict[str, Any], place: str, problems: Problems) -> dict[str, Any]:
    properties = _properties(entry.get("property"), place, problems)
    given = {
        "hard": (truth, (entry.get("hard"), properties.get(HARD))),
        "coefficient": (share, (entry.get("hard-coefficient"), properties.get(COEFFICIENT))),
        "reasons": (_reasons, (entry.get("hard-reasons"), properties.get(REASONS))),
    }
    out: dict[str, Any] = {}
    for name, (parse, values) in given.items():
        value = next((v for v in values if v is not None and v != ""), None)
        if value is None:
            continue
        try:
            out[name] = parse(value)
        except ValueError as error:
            problems.add(place, f"{name}: {error}")
    return out


def _properties(value: object, place: str, problems: Problems) -> dict[str, Any]:
    if isinstance(value, str) and value.strip():
        try:
            value = parse_json(value, place)
        except FormatError:
            problems.add(place, "property is no JSON: left out")
            return {}
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        problems.add(place, "property is not an object: left out")
        return {}
    return value


def _reasons(value: object) -> tuple[int, ...]:
    """Parse "3-20-21-19", a list of ids, or one id. Raises ValueError for ids that do not exist."""
    if isinstance(value, str):
        parts: list[object] = [part for part in value.split("-") if part.strip()]
    else:
        parts = value if isinstance(value, list) else [value]
    ids = [whole(part) for part in parts]
    for reason in ids:
        if reason not in set(Reason):
            raise ValueError(f"there is no hard reason {reason}")
    return tuple(dict.fromkeys(ids))


def hard_keys(sample: Sample) -> dict[str, Any]:
    """Return `hard` ("true" or "false") and, if known, `hard-coefficient` of a sample."""
    out: dict[str, Any] = {"hard": "true" if sample.hard else "false"}
    if sample.coefficient is not None:
        out["hard-coefficient"] = real(round(sample.coefficient, 6))
    return out


def hard_property(sample: Sample) -> dict[str, str]:
    """Return the same with the reasons as a `property`; {} if there is nothing to say."""
    if not (sample.hard or sample.coefficient is not None or sample.reasons):
        return {}
    out = {HARD: "true" if sample.hard else "false"}
    if sample.coefficient is not None:
        out[COEFFICIENT] = f"{sample.coefficient:.6g}"
    if sample.reasons:
        out[REASONS] = "-".join(str(int(reason)) for reason in sample.reasons)
    return out
