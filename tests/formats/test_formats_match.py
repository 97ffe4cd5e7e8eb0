from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.formats.match import Miss, SampleIndex, Wanted, check_path, local_path
from hardcase.model.job import Sample

ROOT = Path("/data/job")


def index(*paths: str) -> SampleIndex:
    return SampleIndex(ROOT, [Sample(i, path) for i, path in enumerate(paths)])


def match(paths: tuple[str, ...], *names: str, base: Path | None = None) -> list[str]:
    wanted = [Wanted((name,), base=base) for name in names]
    found = index(*paths).resolve(wanted)
    return [f"miss: {f.why}" if isinstance(f, Miss) else f.path for f in found]


def test_the_exact_path_wins_over_one_with_the_same_name() -> None:
    assert match(("a.jpg", "x/a.jpg", "y/a.jpg"), "y/a.jpg", "a.jpg", "x/a.jpg") == [
        "y/a.jpg",
        "a.jpg",
        "x/a.jpg",
    ]


def test_then_the_path_as_seen_from_the_annotation_file() -> None:
    base = ROOT / "annotations"
    assert match(("images/a.jpg", "b/a.jpg"), "../images/a.jpg", base=base) == ["images/a.jpg"]
    assert match(("x/images/a.jpg", "images/a.jpg"), "./images/a.jpg", base=ROOT / "x") == [
        "images/a.jpg"
    ]
    assert match(("x/images/a.jpg", "y/images/a.jpg"), "images/a.jpg", base=ROOT / "x") == [
        "x/images/a.jpg"
    ]


def test_an_absolute_path_into_the_job_is_exact() -> None:
    assert match(("a.jpg", "x/a.jpg"), "/data/job/x/a.jpg") == ["x/a.jpg"]


def test_last_the_file_name_if_only_one_has_it() -> None:
    assert match(("deep/in/a.jpg", "b.jpg"), "/home/pi/else/a.jpg") == ["deep/in/a.jpg"]


def test_a_file_name_of_several_is_reported_not_guessed() -> None:
    (found,) = match(("x/a.jpg", "y/a.jpg"), "a.jpg")
    assert found.startswith("miss: 'a.jpg' fits 2 images")
    (found,) = match(("x/a.jpg", "y/a.jpg"), "z/a.jpg")
    assert "fits 2 images" in found


def test_folders_before_the_name_decide_between_several() -> None:
    paths = ("cats/1.jpg", "dogs/1.jpg")
    assert match(paths, "/bucket/set/dogs/1.jpg") == ["dogs/1.jpg"]
    assert match(paths, "C:\\set\\cats\\1.jpg") == ["cats/1.jpg"]


def test_a_name_is_not_matched_by_elimination() -> None:
    found = match(("x/a.jpg", "y/a.jpg"), "x/a.jpg", "a.jpg")
    assert found[0] == "x/a.jpg"
    assert found[1].startswith("miss")


def test_a_loose_match_never_takes_a_sample_that_another_names_exactly() -> None:
    found = match(("x/a.jpg",), "y/a.jpg", "x/a.jpg")
    assert found[1] == "x/a.jpg"
    assert "another entry" in found[0]


def test_two_loose_matches_of_one_sample_are_both_reported() -> None:
    assert all("another entry" in f for f in match(("x/a.jpg",), "y/a.jpg", "z/a.jpg"))


def test_a_sample_described_twice_is_reported() -> None:
    found = match(("a.jpg",), "a.jpg", "./a.jpg")
    assert found == ["a.jpg", "miss: 'a.jpg' was already described above"]


def test_stems_find_the_image_whatever_its_suffix() -> None:
    known = index("x/a.png", "y/a.jpg", "b.c.jpg")
    found = known.resolve([Wanted(stems=("x/a",)), Wanted(stems=("b.c",)), Wanted(stems=("q/a",))])
    assert [f.path for f in found[:2] if not isinstance(f, Miss)] == ["x/a.png", "b.c.jpg"]
    assert isinstance(found[2], Miss)


def test_a_stem_of_two_images_is_reported_and_a_full_name_tells_them_apart() -> None:
    known = index("a.png", "a.jpg")
    (found,) = known.resolve([Wanted(stems=("a",))])
    assert isinstance(found, Miss)
    found = known.resolve([Wanted(stems=("a.png",)), Wanted(stems=("a.jpg",))])
    assert [f.path for f in found if not isinstance(f, Miss)] == ["a.png", "a.jpg"]


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a.jpg", "a/../../b", "a\nb", "a\x1b[0m", "\udcff", ".", "x" * 5000],
)
def test_paths_that_leave_the_folder_or_drive_the_terminal_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        check_path(path)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a\0b", "..", "/", "", "x" * 9999]
)
def test_hostile_names_match_nothing(name: str) -> None:
    (found,) = match(("a.jpg",), name)
    assert found.startswith("miss")


def test_urls_are_taken_by_their_path() -> None:
    assert local_path("s3://bucket/set/a b.jpg") == "bucket/set/a b.jpg"
    assert local_path("file:///data/a%20b.jpg") == "/data/a b.jpg"
    assert local_path("sub/a.jpg") == "sub/a.jpg"
    assert local_path("s3://[bad/a.jpg") == "s3://[bad/a.jpg"


@given(
    st.lists(st.text("ab./\\ \0\n", min_size=1, max_size=8), min_size=1, max_size=6),
    st.lists(st.text("ab./\\ \0\n", max_size=8), max_size=6),
)
def test_no_name_breaks_the_search_and_no_sample_is_taken_twice(
    paths: list[str], names: list[str]
) -> None:
    known = index(*paths)
    found = known.resolve([Wanted((n,), (n,), ROOT / "sub") for n in names])
    taken = [f.path for f in found if not isinstance(f, Miss)]
    assert len(taken) == len(set(taken))
    assert len(found) == len(names)
