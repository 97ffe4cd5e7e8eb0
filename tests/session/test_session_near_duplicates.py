"""Near-duplicates: the same scene again, not the same kind of scene."""

from __future__ import annotations

import numpy as np
import pytest
from collect_world import scene
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation
from hardcase.session.collecting.near_duplicates import (
    BITS,
    NEAR,
    Looks,
    look,
    look_at,
    say_the_same,
)

hexes = st.binary(min_size=BITS // 8, max_size=BITS // 8).map(bytes.hex)


def distance(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


@pytest.mark.parametrize(
    "change",
    [
        lambda im: im.resize((60, 45)),
        lambda im: im.resize((240, 180), Image.Resampling.BICUBIC),
        lambda im: ImageEnhance.Brightness(im).enhance(0.7),
        lambda im: ImageEnhance.Contrast(im).enhance(0.7),
        lambda im: im.filter(ImageFilter.GaussianBlur(1)),
        lambda im: im.crop((1, 1, 119, 89)),
    ],
)
def test_the_same_scene_looks_the_same(change):
    for seed in range(10):
        assert distance(look(scene(seed)), look(change(scene(seed)))) <= NEAR


def test_other_scenes_look_otherwise():
    looks = [look(scene(seed)) for seed in range(40)]
    assert min(distance(a, b) for i, a in enumerate(looks) for b in looks[:i]) > NEAR


def test_a_mirrored_scene_is_another_one():
    assert (
        distance(look(scene(1)), look(scene(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT))) > NEAR
    )


def test_a_file_looks_like_its_picture_however_it_is_kept(tmp_path):
    large = scene(3).resize((1600, 1200), Image.Resampling.BICUBIC)
    large.save(tmp_path / "a.jpg", quality=40)
    large.save(tmp_path / "a.png")
    assert distance(look_at(tmp_path / "a.jpg"), look_at(tmp_path / "a.png")) <= NEAR


def test_the_smallest_pictures_have_a_look():
    assert len(look(Image.new("RGB", (1, 1)))) == BITS // 4


@given(st.lists(hexes, min_size=1, max_size=80), hexes, st.integers(0, 40))
def test_near_finds_what_is_near_nearest_first(looks, asked, flipped):
    looks[0] = f"{int(asked, 16) ^ ((1 << flipped) - 1):032x}"
    kept = Looks()
    for key, one in enumerate(looks):
        kept.add(key, one)
    found = kept.near(asked)
    assert set(found) == {k for k, one in enumerate(looks) if distance(one, asked) <= NEAR}
    distances = [distance(looks[k], asked) for k in found]
    assert distances == sorted(distances)


def test_what_is_no_look_is_refused():
    for bad in ("", "ab", "zz" * 16):
        with pytest.raises(ValueError, match=r"128 bits|hexadecimal"):
            Looks().add(1, bad)


def cat(x: float, score: float | None = None) -> Annotation:
    return Annotation("cat", Box(x, 0, x + 10, 10), score)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ((), (), True),
        ((cat(0),), (), False),
        ((cat(0),), (cat(1),), True),
        ((cat(0),), (cat(9),), False),
        ((cat(0), cat(50)), (cat(51), cat(1)), True),
        ((cat(0), cat(50)), (cat(0), cat(1)), False),
        ((cat(0),), (Annotation("dog", cat(0).box),), False),
        ((cat(0, 0.4),), (), True),
        ((cat(0, 0.6),), (), False),
        ((cat(0, 0.6),), (cat(1, 0.3), cat(50, 0.3)), True),
        ((Annotation("cat", score=0.4),), (Annotation("dog", score=0.4),), True),
        ((Annotation("cat"),), (Annotation("cat"),), True),
        ((Annotation("cat"),), (Annotation("dog"),), False),
    ],
)
def test_the_same_is_said_where_labels_and_places_agree(ours, theirs, same):
    assert say_the_same(ours, theirs) is same
    assert say_the_same(theirs, ours) is same


@pytest.mark.shared_data
def test_photos_of_different_scenes_are_not_merged(shared_data):
    paths = sorted((shared_data / "detection" / "coco_train128").rglob("*.jpg"))
    bits = np.array([np.frombuffer(bytes.fromhex(look_at(p)), np.uint8) for p in paths])
    apart = np.bitwise_count(bits[:, None] ^ bits[None]).sum(axis=2, dtype=int)
    assert len(paths) > 100
    assert apart[np.triu_indices(len(paths), 1)].min() > NEAR
