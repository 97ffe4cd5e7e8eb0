"""Why a sample is called hard. The ids travel in the ModelArts manifest and never change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from hardcase.model.job import Task


class Reason(IntEnum):
    """Ids of the hard reasons of the interchange format."""

    NO_OBJECT = 0
    LOW_CONFIDENCE = 1
    CLUSTER_DISAGREES = 2
    FAR_FROM_CLASS = 3
    CONSECUTIVE_DIFFER = 4
    RESOLUTION = 5
    ASPECT_RATIO = 6
    BRIGHTNESS = 7
    SATURATION = 8
    COLOUR_RICHNESS = 9
    SHARPNESS = 10
    BOX_COUNT = 11
    BOX_AREA_SPREAD = 12
    BOX_ASPECT_RATIO = 13
    BOX_AREA_SHARE = 14
    BOXES_AT_EDGE = 15
    BOX_BRIGHTNESS = 16
    BOX_SHARPNESS = 17
    BOX_OVERLAP = 18
    BLUR_CHANGES = 19
    FLIP_CHANGES = 20
    CROP_CHANGES = 21
    UPDOWN_CHANGES = 22
    SCALE_CHANGES = 23
    TRANSLATION_CHANGES = 24
    SHEAR_CHANGES = 25
    SUPERPIXEL_CHANGES = 26
    SHARPENING_CHANGES = 27
    BRIGHTENING_CHANGES = 28
    INVERSION_CHANGES = 29
    OUT_OF_DISTRIBUTION = 30


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason in words: what was seen, and what a person should look at."""

    what: str
    look: str


EXPLANATIONS: dict[Reason, Explanation] = {
    Reason.NO_OBJECT: Explanation("no object found", "look for objects the model missed"),
    Reason.LOW_CONFIDENCE: Explanation("low confidence", "check the labels, look for misses"),
    Reason.CLUSTER_DISAGREES: Explanation(
        "similar images are labeled otherwise", "compare it with those"
    ),
    Reason.FAR_FROM_CLASS: Explanation(
        "unlike the other images of this label", "check the label, or is it a rare kind?"
    ),
    Reason.CONSECUTIVE_DIFFER: Explanation(
        "labeled unlike the similar images before and after", "compare it with those"
    ),
    Reason.RESOLUTION: Explanation(
        "larger or smaller than the other images", "check small objects"
    ),
    Reason.ASPECT_RATIO: Explanation(
        "wider or taller than the other images", "check objects near the edges"
    ),
    Reason.BRIGHTNESS: Explanation(
        "dark or bright compared with the rest", "look into shadows and highlights"
    ),
    Reason.SATURATION: Explanation(
        "pale or gaudy compared with the rest", "check labels that rest on colour"
    ),
    Reason.COLOUR_RICHNESS: Explanation(
        "few or many colours compared with the rest", "check labels that rest on colour"
    ),
    Reason.SHARPNESS: Explanation(
        "blurred or grainy compared with the rest", "check the box edges and the label"
    ),
    Reason.BOX_COUNT: Explanation("unusual number of boxes", "look for missed or repeated objects"),
    Reason.BOX_AREA_SPREAD: Explanation(
        "boxes of very uneven size", "look for boxes too large or too small"
    ),
    Reason.BOX_ASPECT_RATIO: Explanation(
        "boxes of unusual shape", "look for boxes that cut an object or hold two"
    ),
    Reason.BOX_AREA_SHARE: Explanation(
        "boxes fill an unusual share of the image", "look for boxes too large or too small"
    ),
    Reason.BOXES_AT_EDGE: Explanation("boxes at the image edge", "check objects that are cut off"),
    Reason.BOX_BRIGHTNESS: Explanation(
        "boxes dark or bright compared with the rest", "check their labels"
    ),
    Reason.BOX_SHARPNESS: Explanation(
        "boxes blurred or grainy compared with the rest", "check their edges"
    ),
    Reason.BOX_OVERLAP: Explanation(
        "boxes overlap heavily", "look for repeated boxes and hidden objects"
    ),
    Reason.BLUR_CHANGES: Explanation(
        "blurring changes the prediction", "it rests on fine detail: check the labels"
    ),
    Reason.FLIP_CHANGES: Explanation("mirroring changes the prediction", "check the labels"),
    Reason.CROP_CHANGES: Explanation(
        "cropping changes the prediction", "check objects near the edges, and the labels"
    ),
    Reason.UPDOWN_CHANGES: Explanation(
        "turning upside down changes the prediction", "check which way up it is, and the labels"
    ),
    Reason.SCALE_CHANGES: Explanation(
        "scaling changes the prediction", "check small objects, and the labels"
    ),
    Reason.TRANSLATION_CHANGES: Explanation("shifting changes the prediction", "check the labels"),
    Reason.SHEAR_CHANGES: Explanation(
        "slanting changes the prediction", "check the box edges, and the labels"
    ),
    Reason.SUPERPIXEL_CHANGES: Explanation(
        "flattening texture changes the prediction", "it rests on texture: check the labels"
    ),
    Reason.SHARPENING_CHANGES: Explanation(
        "sharpening changes the prediction", "is the image blurred? check the box edges"
    ),
    Reason.BRIGHTENING_CHANGES: Explanation(
        "brightening changes the prediction", "look into shadows and highlights"
    ),
    Reason.INVERSION_CHANGES: Explanation(
        "inverting changes the prediction", "it rests on colour: check the labels"
    ),
    Reason.OUT_OF_DISTRIBUTION: Explanation(
        "unlike anything else in this job", "is this image part of the job?"
    ),
}

_IN_CLASSIFICATION: dict[Reason, Explanation] = {
    Reason.NO_OBJECT: Explanation("no label likely enough", "does one of the labels fit?"),
    Reason.LOW_CONFIDENCE: Explanation("low confidence", "check the label"),
    Reason.RESOLUTION: Explanation(
        "larger or smaller than the other images", "check labels that rest on fine detail"
    ),
    Reason.ASPECT_RATIO: Explanation(
        "wider or taller than the other images", "check what lies near the edges"
    ),
    Reason.SHARPNESS: Explanation("blurred or grainy compared with the rest", "check the label"),
    Reason.BLUR_CHANGES: Explanation(
        "blurring changes the prediction", "it rests on fine detail: check the label"
    ),
    Reason.FLIP_CHANGES: Explanation("mirroring changes the prediction", "check the label"),
    Reason.CROP_CHANGES: Explanation(
        "cropping changes the prediction", "check what lies near the edges, and the label"
    ),
    Reason.UPDOWN_CHANGES: Explanation(
        "turning upside down changes the prediction", "check which way up it is, and the label"
    ),
    Reason.SCALE_CHANGES: Explanation(
        "scaling changes the prediction", "is it far away? check the label"
    ),
    Reason.TRANSLATION_CHANGES: Explanation("shifting changes the prediction", "check the label"),
    Reason.SHEAR_CHANGES: Explanation("slanting changes the prediction", "check the label"),
    Reason.SUPERPIXEL_CHANGES: Explanation(
        "flattening texture changes the prediction", "it rests on texture: check the label"
    ),
    Reason.SHARPENING_CHANGES: Explanation(
        "sharpening changes the prediction", "is the image blurred? check the label"
    ),
    Reason.INVERSION_CHANGES: Explanation(
        "inverting changes the prediction", "it rests on colour: check the label"
    ),
}
"""Where an image is labeled whole, there are no boxes, objects or misses to speak of."""


def explained(reason: Reason, task: Task) -> Explanation:
    """Return a reason in the words of a task."""
    if task is Task.CLASSIFICATION:
        return _IN_CLASSIFICATION.get(reason, EXPLANATIONS[reason])
    return EXPLANATIONS[reason]
