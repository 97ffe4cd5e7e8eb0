"""Models told by the names of their inputs and outputs, which exporters choose and rarely change.

Sources are named in `decoders.selected`, `decoders.detr` and `decoders.anchors`. Every rule also
looks at the shapes, so that a name alone never decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.inference.profile.families import Activation, Decoder
from hardcase.inference.recognition.answer import Certainty, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.inference.recognition.sight import Output, Sight
    from hardcase.inference.recognition.values import Values

_SIZES = ("orig_target_sizes", "target_sizes", "orig_size")
_PADDLE = ("im_shape", "scale_factor")
_SIGMOID_TYPES = ("rt_detr", "rt_detr_v2", "d_fine", "conditional_detr", "deformable_detr", "deta")
_SOFTMAX_TYPES = ("detr", "yolos", "table-transformer")


def by_names(sight: Sight) -> list[Reading]:
    """Return the readings that the names allow, at most one; none if they tell nothing."""
    for rule in _RULES:
        reading = rule(sight)
        if reading is not None:
            return [reading]
    return []


def _dfine(sight: Sight) -> Reading | None:
    if not sight.inputs.intersection(_SIZES):
        return None
    found = _lists(sight)
    if found is None:
        return None
    boxes, labels, scores = found
    names = (labels.name, boxes.name, scores.name)
    why = "it has the input orig_target_sizes and outputs labels, boxes and scores"
    return Reading(Decoder.DFINE, why, Certainty.SURE, names)


def _paddle(sight: Sight) -> Reading | None:
    rows = [output for output in sight.outputs() if output.is_like(None, 6) and not output.whole]
    if not sight.inputs.intersection(_PADDLE) or not rows:
        return None
    why = "it has the inputs im_shape or scale_factor and an output of six columns"
    return Reading(Decoder.PADDLE, why, Certainty.SURE, (rows[0].name,))


def _dets_and_labels(sight: Sight) -> Reading | None:
    outputs = _named(sight, Decoder.RFDETR, "dets", "labels")
    if outputs is None:
        return None
    dets, labels = outputs
    names = (dets.name, labels.name)
    if dets.is_like(None, 5) and labels.is_like(None) and dets.axes[1] == 5:
        why = "it has the outputs dets with a score in the fifth column, and labels"
        return Reading(Decoder.MMDEPLOY, why, Certainty.SURE, names)
    if dets.is_like(None, 4) and labels.is_like(None, None) and dets.axes[1] == 4:
        why = "it has the outputs dets of boxes, and labels with a number a class"
        return Reading(Decoder.RFDETR, why, Certainty.SURE, names, labels.axes[1])
    return None


def _detr(sight: Sight) -> Reading | None:
    outputs = _named(sight, Decoder.DETR, "logits", "pred_boxes")
    outputs = outputs or _named(sight, Decoder.DETR, "pred_logits", "pred_boxes")
    if outputs is None:
        return None
    logits, boxes = outputs
    if not (logits.is_like(None, None) and boxes.is_like(None, 4)):
        return None
    activation, certainty, because = _detr_activation(sight, logits)
    count = logits.axes[1]
    softmax = activation is Activation.SOFTMAX
    return Reading(
        Decoder.DETR,
        f"it has the outputs logits and pred_boxes; {because}",
        certainty,
        (logits.name, boxes.name),
        count - 1 if softmax and count is not None else count,
        activation,
    )


def _detr_activation(sight: Sight, logits: Output) -> tuple[Activation, Certainty, str]:
    """Tell DETR's softmax with a last class for nothing from RT-DETR's sigmoid."""
    kind = sight.companions.config.get("model_type")
    if kind in _SOFTMAX_TYPES:
        return Activation.SOFTMAX, Certainty.SURE, f"config.json says {kind}, which has a softmax"
    if kind in _SIGMOID_TYPES:
        return Activation.SIGMOID, Certainty.SURE, f"config.json says {kind}, which has sigmoids"
    known = {len(names.labels) for names in sight.companions.names}
    count = logits.axes[1]
    if count is not None and known:
        if count - 1 in known:
            said = f"there are {count - 1} names and {count} logits, so the last means nothing"
            return Activation.SOFTMAX, Certainty.SURE, said
        if count in known:
            return Activation.SIGMOID, Certainty.SURE, f"there are as many names as logits: {count}"
    values = sight.values(Decoder.DETR).get(logits.name)
    if values is not None and values.all is not None:
        if values.last_wins >= 0.5:
            said = "for most boxes the last class is the strongest, as DETR's for nothing is"
            return Activation.SOFTMAX, Certainty.LIKELY, said
        return Activation.SIGMOID, Certainty.LIKELY, "no last class for nothing stands out"
    if "pixel_mask" in sight.inputs or count == 92:
        return Activation.SOFTMAX, Certainty.GUESS, "most such models have DETR's softmax"
    return Activation.SIGMOID, Certainty.GUESS, "most such models have RT-DETR's sigmoids"


def _counted(sight: Sight) -> Reading | None:
    outputs = {output.name.lower().split(":")[0]: output for output in sight.outputs()}
    count = _ending(outputs, ("num_detections", "num_dets", "num_predictions"))
    boxes = _ending(outputs, ("detection_boxes", "det_boxes", "pred_boxes", "nmsed_boxes"))
    scores = _ending(outputs, ("detection_scores", "det_scores", "pred_scores", "nmsed_scores"))
    classes = _ending(outputs, ("detection_classes", "det_classes", "pred_classes"))
    classes = classes or _ending(outputs, ("nmsed_classes",))
    if count is None or boxes is None or scores is None or classes is None:
        return None
    if not boxes.is_like(None, 4):
        return None
    names = (count.name, boxes.name, scores.name, classes.name)
    if "detection_boxes" in boxes.name.lower() and not _in_pixels(sight, boxes):
        why = "it has the outputs num_detections, detection_boxes, detection_scores and classes"
        return Reading(Decoder.TENSORFLOW, why, Certainty.SURE, names)
    why = "it has outputs for a number, boxes, scores and classes"
    return Reading(Decoder.NMS_LISTS, why, Certainty.SURE, names)


def _boxes_labels_scores(sight: Sight) -> Reading | None:
    """Tell torchvision (pixels, no batch) from SSD of the zoo (relative) and others (pixels)."""
    found = _lists(sight)
    if found is None:
        return None
    boxes, labels, scores = found
    names = (boxes.name, labels.name, scores.name)
    if not boxes.batched and not labels.batched:
        why = "it answers boxes, labels and scores of one picture without a batch"
        return Reading(Decoder.TORCHVISION, why, Certainty.SURE, names)
    values = sight.values(Decoder.SSD).get(boxes.name)
    if values is not None and values.all is not None and not values.all.within(-0.5, 1.5):
        why = "it answers labels, boxes in pixels and scores"
        reading = (labels.name, boxes.name, scores.name)
        return Reading(Decoder.DFINE, why, Certainty.LIKELY, reading)
    certainty = Certainty.LIKELY if values is not None else Certainty.GUESS
    why = "it answers boxes in 0-1, labels and scores"
    return Reading(Decoder.SSD, why, certainty, names)


def _boxes_and_scores(sight: Sight) -> Reading | None:
    """Tell SSD and face detectors (boxes in 0-1) from YOLO-NAS without selection (pixels)."""
    outputs = sight.settled(Decoder.SSD_SCORES)
    boxes = [o for o in outputs if o.rank == 2 and o.axes[1] == 4]
    if len(boxes) == 2:
        boxes = [o for o in boxes if "box" in o.name.lower() or "loc" in o.name.lower()]
    scores = [o for o in outputs if o.rank == 2 and o not in boxes]
    if len(outputs) != 2 or len(boxes) != 1 or len(scores) != 1:
        return None
    names, count = (boxes[0].name, scores[0].name), scores[0].axes[1]
    seen = sight.values(Decoder.SSD_SCORES)
    box_values, score_values = seen.get(names[0]), seen.get(names[1])
    activation, certainty = Activation.NONE, Certainty.LIKELY
    if score_values is not None and score_values.all is not None:
        if not score_values.all.within(0, 1):
            activation = Activation.SIGMOID
    else:
        certainty = Certainty.GUESS
    relative = box_values is None or box_values.all is None or box_values.all.within(-1, 2)
    if relative and count != 1:
        if activation is Activation.SIGMOID:
            activation = Activation.SOFTMAX
        why = "it answers boxes in 0-1 and scores, of which the first is the background"
        left = None if count is None else count - 1
        return Reading(Decoder.SSD_SCORES, why, certainty, names, left, activation)
    why = "it answers boxes in pixels and a score a class"
    return Reading(Decoder.YOLO_NAS, why, certainty, names, count, activation)


_RULES: tuple[Callable[[Sight], Reading | None], ...] = (
    _dfine,
    _paddle,
    _dets_and_labels,
    _detr,
    _counted,
    _boxes_labels_scores,
    _boxes_and_scores,
)


def _named(sight: Sight, decoder: Decoder, *names: str) -> tuple[Output, ...] | None:
    """Return the outputs of these names, if all are there, as a probe run for `decoder` shows."""
    if not {tensor.name.lower() for tensor in sight.signature.outputs}.issuperset(names):
        return None
    outputs = {output.name.lower(): output for output in sight.settled(decoder)}
    return tuple(outputs[name] for name in names)


def _ending(outputs: dict[str, Output], words: tuple[str, ...]) -> Output | None:
    """Return the output of one of these names, or else one that only has something before it."""
    exact = [outputs[word] for word in words if word in outputs]
    ending = [o for word in words for name, o in outputs.items() if name.endswith(f"_{word}")]
    return next(iter((*exact, *ending)), None)


def _lists(sight: Sight) -> tuple[Output, Output, Output] | None:
    """Return boxes, labels and scores: by name, or by their types where names tell nothing."""
    outputs = sight.outputs()
    if len(outputs) != 3:
        return None
    outputs = sight.settled(Decoder.TORCHVISION)
    named = (
        next((o for o in outputs if "box" in o.name.lower()), None),
        next((o for o in outputs if "label" in o.name.lower() or "class" in o.name.lower()), None),
        next((o for o in outputs if "score" in o.name.lower()), None),
    )
    boxes, labels, scores = named
    if boxes is None or labels is None or scores is None:
        boxes = next((o for o in outputs if o.rank == 2 and o.axes[1] == 4), None)
        labels = next((o for o in outputs if o.whole and o is not boxes), None)
        scores = next((o for o in outputs if o is not boxes and o is not labels), None)
    if boxes is None or labels is None or scores is None or not boxes.is_like(None, 4):
        return None
    return (boxes, labels, scores) if labels.rank == scores.rank == 1 else None


def _in_pixels(sight: Sight, boxes: Output) -> bool:
    values: Values | None = sight.values(Decoder.TENSORFLOW).get(boxes.name)
    return values is not None and values.all is not None and not values.all.within(-1, 2)
