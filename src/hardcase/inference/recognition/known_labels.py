"""Class names of public data sets, offered where a model has as many classes and no names.

COCO 2017 (Lin et al. 2014), in the order of its category ids; Pascal VOC (Everingham et al. 2010)
and CIFAR-10 (Krizhevsky 2009), alphabetical.
"""

from __future__ import annotations

_COCO_IDS = """
1 person, 2 bicycle, 3 car, 4 motorcycle, 5 airplane, 6 bus, 7 train, 8 truck, 9 boat,
10 traffic light, 11 fire hydrant, 13 stop sign, 14 parking meter, 15 bench, 16 bird, 17 cat,
18 dog, 19 horse, 20 sheep, 21 cow, 22 elephant, 23 bear, 24 zebra, 25 giraffe, 27 backpack,
28 umbrella, 31 handbag, 32 tie, 33 suitcase, 34 frisbee, 35 skis, 36 snowboard, 37 sports ball,
38 kite, 39 baseball bat, 40 baseball glove, 41 skateboard, 42 surfboard, 43 tennis racket,
44 bottle, 46 wine glass, 47 cup, 48 fork, 49 knife, 50 spoon, 51 bowl, 52 banana, 53 apple,
54 sandwich, 55 orange, 56 broccoli, 57 carrot, 58 hot dog, 59 pizza, 60 donut, 61 cake, 62 chair,
63 couch, 64 potted plant, 65 bed, 67 dining table, 70 toilet, 72 tv, 73 laptop, 74 mouse,
75 remote, 76 keyboard, 77 cell phone, 78 microwave, 79 oven, 80 toaster, 81 sink, 82 refrigerator,
84 book, 85 clock, 86 vase, 87 scissors, 88 teddy bear, 89 hair drier, 90 toothbrush
"""
_BY_ID = {
    int(number): name
    for number, _, name in (part.strip().partition(" ") for part in _COCO_IDS.split(","))
}

COCO = tuple(_BY_ID.values())
"""The 80 classes without the gaps between their ids."""

COCO_IDS = tuple(_BY_ID.get(number, f"class_{number}") for number in range(91))
"""91 classes: what a model calls class 18 is COCO's category 18. Gaps are class_12 and so on."""

_VOC = """
aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse,
motorbike, person, pottedplant, sheep, sofa, train, tvmonitor
"""
_CIFAR = "airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck"

VOC = tuple(name.strip() for name in _VOC.split(","))
CIFAR10 = tuple(name.strip() for name in _CIFAR.split(","))

DETECTION = {
    80: (COCO, "COCO"),
    91: (COCO_IDS, "COCO by category id"),
    90: (COCO_IDS[1:], "COCO by category id"),
    20: (VOC, "Pascal VOC"),
}
"""By the number of classes: the names, and what they are called."""


def numbered(count: int) -> tuple[str, ...]:
    """Return names for classes of which nobody knows more than how many there are."""
    return tuple(f"class_{index}" for index in range(count))
