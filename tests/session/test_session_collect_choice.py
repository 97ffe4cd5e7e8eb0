"""Which new images are taken: the hard ones, by budget or rule, and none twice."""

from __future__ import annotations

import pytest
from collect_world import scene

from hardcase.hardness.rule import Rule, RuleKind
from hardcase.model.job import Annotation
from hardcase.session.collecting.collect_choice import Candidate, choose
from hardcase.session.collecting.near_duplicates import Looks, look

LOOKS = [look(scene(seed)) for seed in range(6)]
RISK = Rule(RuleKind.RISK, 0.5)
CAT = (Annotation("cat"),)
DOG = (Annotation("dog"),)


def candidates(*coefficients: float, looks=None, said=None) -> list[Candidate]:
    looks = looks or LOOKS
    said = said or [CAT] * len(coefficients)
    return [Candidate(f"{n}.jpg", looks[n], said[n], c) for n, c in enumerate(coefficients)]


def test_a_rule_takes_what_is_hard_by_it():
    new = candidates(0.2, 0.5, 0.9, 0.4)
    assert choose(new, rule=RISK).taken == {1, 2}
    assert choose(new, rule=Rule(RuleKind.SHARE, 0.25)).taken == {2}
    assert choose(new, rule=Rule(RuleKind.SHARE, 1.0)).taken == {0, 1, 2, 3}


def test_a_budget_takes_the_hardest_whatever_the_rule():
    new = candidates(0.2, 0.5, 0.9, 0.4)
    assert choose(new, rule=RISK, budget=3).taken == {1, 2, 3}
    assert choose(new, rule=RISK, budget=9).taken == {0, 1, 2, 3}


def test_easy_ones_can_be_taken_too():
    assert choose(candidates(0.2, 0.9), rule=RISK, take_easy=True).taken == {0, 1}


def test_nothing_to_choose_from_is_nothing_chosen():
    assert choose([], rule=RISK, own=Looks()).taken == frozenset()


def test_of_near_duplicates_the_hardest_stays_and_a_budget_goes_to_others():
    new = candidates(0.8, 0.9, 0.3, looks=[LOOKS[0], LOOKS[0], LOOKS[1]])
    choice = choose(new, rule=RISK, budget=2, own=Looks())
    assert choice.taken == {1, 2}
    assert choice.twin == {0: "1.jpg"}


def test_near_duplicates_of_the_job_are_not_taken_even_with_the_easy_ones():
    own = Looks()
    own.add(7, LOOKS[1])
    choice = choose(
        candidates(0.9, 0.8), rule=RISK, take_easy=True, own=own, labels_of=lambda _: [CAT]
    )
    assert choice.taken == {0}
    assert choice.twin == {1: 7}


@pytest.mark.parametrize(
    ("said_of_ours", "is_twin"), [([], True), ([CAT], True), ([DOG], False), ([DOG, CAT], True)]
)
def test_the_same_scene_with_something_else_in_it_is_no_duplicate(said_of_ours, is_twin):
    own = Looks()
    own.add(7, LOOKS[0])
    choice = choose(candidates(0.9), rule=RISK, own=own, labels_of=lambda _: said_of_ours)
    assert (choice.twin == {0: 7}) is is_twin
    assert (choice.taken == frozenset()) is is_twin


def test_new_images_of_a_scene_of_which_other_things_are_said_are_both_taken():
    new = candidates(0.8, 0.9, looks=[LOOKS[0]] * 2, said=[CAT, DOG])
    assert choose(new, rule=RISK, own=Looks()).taken == {0, 1}


def test_duplicates_are_kept_where_nobody_looks_for_them():
    assert choose(candidates(0.8, 0.9, looks=[LOOKS[0]] * 2), rule=RISK).taken == {0, 1}
