"""Models told by the shapes of their outputs, and by values where shapes fit several families."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.recognition import known_labels, shapes
from hardcase.inference.recognition.answer import Certainty, Reading
from hardcase.model.numbers import count

if TYPE_CHECKING:
    from hardcase.inference.recognition.sight import Output, Sight
    from hardcase.inference.recognition.values import Values

_SMALL_EXPONENT = 12.0  # exp(12) strides is wider than any picture
_UNIT_LENGTH = 1e-2
_BOX_AND_SCORE = 5
_SCORES = ("logits", "prob", "softmax", "scores")


def by_shapes(sight: Sight) -> list[Reading]:
    """Return the one reading that shapes and values allow; none if they allow nothing.

    Raises ModelError where values show that the model serves neither task.
    """
    outputs = [output for output in sight.outputs() if output.rank]
    if len(outputs) != 1:
        scores = [o for o in outputs if any(word in o.name.lower() for word in _SCORES)]
        outputs = scores or [output for output in outputs if output.rank == 2]
    if len(outputs) != 1:
        return []
    output = _seen(sight, outputs[0])
    if output.rank == 1 or all(axis == 1 for axis in output.axes[1:]):
        return _classifier(sight, output)
    if output.rank != 2:
        return []
    if output.axes[1] == 7 and not output.batched:
        return _flat(sight, output)
    return _rows_or_columns(sight, output)


def _seen(sight: Sight, output: Output) -> Output:
    """Return the output with all axes known, which takes a probe run where some are free."""
    if None in output.axes:
        guess = Decoder.CLASSIFIER if output.rank == 1 else Decoder.ULTRALYTICS
        sight.values(guess)
        return next(seen for seen in sight.outputs() if seen.name == output.name)
    return output


def _classifier(sight: Sight, output: Output) -> list[Reading]:
    count = output.axes[0]
    if count is None:
        return []
    values = sight.values(Decoder.CLASSIFIER).get(output.name)
    if values is None or values.all is None:
        why = f"it answers {count} numbers; they are taken for logits"
        return [
            Reading(
                Decoder.CLASSIFIER, why, Certainty.GUESS, (output.name,), count, Activation.SOFTMAX
            )
        ]
    if (
        abs(values.length - 1.0) < _UNIT_LENGTH
        and values.all.least < 0
        and count not in sight.known_counts()
    ):
        raise ModelError(
            f"it seems to give embeddings (output {output.name} of {count} numbers, of length 1) "
            "and knows no classes; use a classification or detection model, or use it as an encoder"
        )
    if sight.companions.config.get("problem_type") == "multi_label_classification":
        activation = Activation.SIGMOID
        because = "which config.json calls the logits of a multi-label classification"
    else:
        activation, because = _activation(values, output)
    why = f"it answers {count} numbers, {because}"
    return [Reading(Decoder.CLASSIFIER, why, Certainty.LIKELY, (output.name,), count, activation)]


def _activation(values: Values, output: Output) -> tuple[Activation, str]:
    """Tell probabilities from logits: a softmax over what is softmaxed would flatten it."""
    if output.whole:
        return Activation.NONE, "in whole numbers, taken for probabilities of a quantised softmax"
    within = values.all is not None and values.all.within(0, 1)
    if within and values.sums is not None and values.sums.within(1, 1):
        return Activation.NONE, "which are in 0-1 and sum to 1: a softmax has been done"
    if within and values.length > 0:
        return Activation.NONE, "which are in 0-1 but do not sum to 1: sigmoids have been done"
    return Activation.SOFTMAX, "which are no probabilities: logits, softmaxed here"


def _flat(sight: Sight, output: Output) -> list[Reading]:
    """Tell the two orders of score and class: one of them is whole."""
    values = sight.values(Decoder.YOLO_NAS_FLAT).get(output.name)
    certainty, decoder = Certainty.GUESS, Decoder.YOLO_NAS_FLAT
    if values is not None and len(values.columns) == 7:
        fifth, sixth = values.columns[5:]
        certainty = Certainty.LIKELY if fifth.whole != sixth.whole else Certainty.GUESS
        if fifth.whole and not sixth.whole:
            decoder = Decoder.YOLOV7_FLAT
    order = "class before score" if decoder is Decoder.YOLOV7_FLAT else "score before class"
    why = f"it answers a list of seven columns without a batch, {order}"
    return [Reading(decoder, why, certainty, (output.name,))]


def _rows_or_columns(sight: Sight, output: Output) -> list[Reading]:
    first, last = output.axes
    if first is None or last is None:
        return []
    if _is_text(sight, output):
        raise ModelError(
            f"it seems to read text (output {output.name}, {first} steps of {last} characters); "
            "use a classification or detection model"
        )
    size = sight.known_size()
    if _is_plain(sight, first, last):
        return [_plain(sight, output)]
    if last >= 6 and shapes.is_anchored(size, first):
        why = f"it answers {first} rows, three for every cell of strides 8 to 32"
        return [_anchored(sight, output, why)]
    if last >= 6 and (shapes.is_yolox(size, first) or shapes.is_nanodet(size, first)):
        return _cells(sight, output, first, last)
    if last == 6:
        return _six(sight, output)
    if first < last and first >= 5:
        return _columns(sight, output, first - 4)
    if first <= shapes.MAX_QUERIES and last >= 5:
        return _queries(sight, output, last - 4)
    if last >= 6:
        return [_anchored(sight, output, f"it answers {first} rows of {last}", Certainty.GUESS)]
    return []


def _is_plain(sight: Sight, rows: int, width: int) -> bool:
    """Return whether rows are boxes and scores without objectness, as few models answer them.

    The number of classes tells: that of the names that were found, or else one that is usual.
    """
    if rows <= max(shapes.MAX_QUERIES, width):
        return False
    counts = sight.known_counts() or known_labels.DETECTION.keys()
    return width == _BOX_AND_SCORE or (width - 4 in counts and width - 5 not in counts)


def _plain(sight: Sight, output: Output) -> Reading:
    rows, width = output.axes[0], output.axes[1] or 0
    why = f"it answers {rows} rows of a box and {count(width - 4, 'score')}, without objectness"
    values = sight.values(Decoder.ULTRALYTICS_ROWS).get(output.name)
    if values is not None and values.rest is not None and not values.rest.within(0, 1):
        raise _beyond(output, "columns", width)
    certainty = Certainty.GUESS if values is None else Certainty.LIKELY
    return Reading(Decoder.ULTRALYTICS_ROWS, why, certainty, (output.name,), width - 4)


def _is_text(sight: Sight, output: Output) -> bool:
    """Return whether rows are probabilities of characters, which boxes and scores never are."""
    values = sight.values(Decoder.ULTRALYTICS).get(output.name)
    if values is None or values.all is None or values.sums is None:
        return False
    return values.all.within(0, 1) and values.sums.within(1, 1) and output.axes[1] != 1


def _anchored(
    sight: Sight, output: Output, why: str, certainty: Certainty = Certainty.LIKELY
) -> Reading:
    last = output.axes[1] or 0
    values = sight.values(Decoder.YOLOV5).get(output.name)
    if values is not None and values.rest is not None and not values.rest.within(0, 1):
        raise _beyond(output, "columns", last)
    return Reading(Decoder.YOLOV5, why, certainty, (output.name,), last - 5)


def _beyond(output: Output, kind: str, count: int) -> ModelError:
    return ModelError(
        f"it seems to be a detector with more than boxes and scores (output {output.name}, {count} "
        f"{kind}, some beyond 0-1), such as poses, masks or rotated boxes; use a plain detector"
    )


def _cells(sight: Sight, output: Output, first: int, last: int) -> list[Reading]:
    """Tell raw YOLOX from decoded, and both from NanoDet: one row a cell."""
    why = f"it answers {first} rows, one for every cell"
    values = sight.values(Decoder.YOLOX).get(output.name)
    known = sight.known_counts()
    classes = shapes.nanodet_classes(last, known)
    scores = values.rest if values is not None else None
    if classes is not None and (
        not shapes.is_yolox(sight.known_size(), first)
        or (scores is not None and not scores.within(0, 1))
    ):
        return [Reading(Decoder.NANODET, why, Certainty.LIKELY, (output.name,), classes)]
    if values is None or len(values.columns) < 4:
        reading = f"{why}, as YOLOX exports without decoding"
        return [Reading(Decoder.YOLOX, reading, Certainty.GUESS, (output.name,), last - 5)]
    sides = values.columns[2:4]
    raw = any(column.least < 0 for column in sides) or all(
        column.greatest < _SMALL_EXPONENT for column in sides
    )
    decoder = Decoder.YOLOX if raw else Decoder.YOLOX_DECODED
    sign = "sides are logarithms" if raw else "sides are in pixels"
    return [Reading(decoder, f"{why}, whose {sign}", Certainty.LIKELY, (output.name,), last - 5)]


def _six(sight: Sight, output: Output) -> list[Reading]:
    """Tell the families of (N, 6) apart: pixels or 0-1, score and class or two scores."""
    why = "it answers rows of six numbers"
    values = sight.values(Decoder.END2END).get(output.name)
    if values is None or len(values.columns) != 6 or values.all is None:
        return [Reading(Decoder.END2END, why, Certainty.GUESS, (output.name,))]
    columns = values.columns
    if values.all.within(0, 0):
        said = f"{why}, all zero for what was shown"
        return [Reading(Decoder.END2END, said, Certainty.GUESS, (output.name,))]
    if columns[0].whole and columns[1].within(0, 1) and not columns[5].whole:
        said = f"{why}: class, score and corners"
        return [Reading(Decoder.PADDLE, said, Certainty.LIKELY, (output.name,))]
    relative = all(column.within(-0.5, 1.5) for column in columns[:4])
    listed = columns[5].whole and columns[4].within(0, 1)
    if not relative:
        if listed:
            said = f"{why}: corners in pixels, score and class"
            return [Reading(Decoder.END2END, said, Certainty.LIKELY, (output.name,))]
        return [_anchored(sight, output, f"{why}: a box, objectness and one class")]
    if listed and not columns[4].whole:
        said = f"{why}: a box in 0-1, score and class"
        return [Reading(Decoder.RTDETR_TOP, said, Certainty.LIKELY, (output.name,))]
    return _queries(sight, output, 2)


def _columns(sight: Sight, output: Output, classes: int) -> list[Reading]:
    values = sight.values(Decoder.ULTRALYTICS).get(output.name)
    why = f"it answers {output.axes[1]} columns of a box and {count(classes, 'score')}"
    if values is None or values.below is None:
        return [Reading(Decoder.ULTRALYTICS, why, Certainty.GUESS, (output.name,), classes)]
    queries = shapes.MIN_QUERIES <= (output.axes[0] or 0) <= shapes.MAX_QUERIES
    if queries and all(line.within(-0.5, 1.5) for line in values.lines[:4]):
        return _queries(sight, output, (output.axes[1] or 0) - 4)
    if not values.below.within(0, 1):
        raise _beyond(output, "rows", classes + 4)
    return [Reading(Decoder.ULTRALYTICS, why, Certainty.LIKELY, (output.name,), classes)]


def _queries(sight: Sight, output: Output, classes: int) -> list[Reading]:
    values = sight.values(Decoder.RTDETR).get(output.name)
    why = f"it answers {output.axes[0]} rows of a box and {count(classes, 'score')}"
    if values is None or values.rest is None:
        return [Reading(Decoder.RTDETR, why, Certainty.GUESS, (output.name,), classes)]
    if not all(column.within(-0.5, 1.5) for column in values.columns[:4]):
        return []
    scored = values.rest.within(0, 1)
    activation = Activation.NONE if scored else Activation.SIGMOID
    said = f"{why}, the box in 0-1" + ("" if scored else ", the scores logits")
    return [Reading(Decoder.RTDETR, said, Certainty.LIKELY, (output.name,), classes, activation)]
