"""Confirming the easy rest unseen, on the word of a random check: propose, draw, follow, finish.

A draw is recorded in the job, so an audit outlives the program. How far its check has come is read
off the samples themselves; a decision counts only for a sample that was drawn, and only against the
auto labels it had when it was drawn. Wrong is, in classification, another label, in detection, any
change of a box or a label; a rejected or lost sample is wrong as well. See `hardness.audit` for the
statistics.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import UsageError
from hardcase.hardness import audit as statistics
from hardcase.hardness.audit import Plan, Refusal, passes
from hardcase.model.audit import Audit, AuditState
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.checksum import annotations_checksum
from hardcase.model.job import HUMAN, Sample, Status
from hardcase.session.clock import now, user
from hardcase.session.columns import made_by_human
from hardcase.session.judging.audit_words import Declined, Proposal, in_words
from hardcase.session.views import Sort, Tab

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hardcase.session.labeling import LabelingSession


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check of an open audit has come.

    `left` are the ids still to be checked, in the order drawn; `unseen` those that it would
    confirm. `lost` is how many of the drawn ones a model has labeled anew, which makes the check
    worthless. `hopeless` says that it cannot pass any more.
    """

    checked: int
    wrong: int
    left: tuple[int, ...]
    unseen: tuple[int, ...]
    lost: int
    hopeless: bool

    @property
    def complete(self) -> bool:
        """Whether nothing is left to check, or the check cannot pass any more."""
        return not self.left or self.hopeless or bool(self.lost)


RISKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Tolerated shares of wrong labels that are offered where the one asked for does not work."""


def under_way(session: LabelingSession) -> Audit | None:
    """Return the audit whose check is not through yet."""
    return next((a for a in session.audits if a.state is AuditState.OPEN), None)


class Candidates:
    """The samples whose auto labels nobody has touched, as they were at one moment."""

    def __init__(self, session: LabelingSession, ids: Sequence[int] | None = None) -> None:
        """Take them down, of `ids` if given; on the session's thread."""
        samples = _candidates(session, ids)
        self._ids = [s.id for s in samples]
        self._coefficients = np.array([s.coefficient for s in samples], np.float64)
        self._level = statistics.alpha(len(session.audits) + 1)
        self._suspicion = _suspicion(session)

    def propose(self, risk: float) -> Proposal | Declined:
        """Return the check that lets the most be confirmed unseen; on any thread.

        `risk` in (0, 1) is the tolerated share of wrong labels. Raises UsageError for another.
        """
        if not 0 < risk < 1:
            raise UsageError(
                f"a tolerated share of wrong labels lies between 0 and 1, not at {risk:g}"
            )
        found = self._plan(risk)
        if isinstance(found, Plan):
            return Proposal(risk, self._level, found, tuple(self._ids[: found.size]))
        works = (r for r in RISKS if r > risk and isinstance(self._plan(r), Plan))
        return Declined(risk, found, next(works, None))

    def _plan(self, risk: float) -> Plan | Refusal:
        return statistics.plan(self._coefficients, risk, self._level, self._suspicion)


def propose(
    session: LabelingSession, risk: float, ids: Sequence[int] | None = None
) -> Proposal | Declined:
    """Return `Candidates(session, ids).propose(risk)`."""
    return Candidates(session, ids).propose(risk)


def draw(session: LabelingSession, proposal: Proposal, rng: random.Random | None = None) -> Audit:
    """Draw the check and record it. Raises UsageError while another one is under way."""
    if (open_ := under_way(session)) is not None:
        raise UsageError(f"{open_.signature} is under way: end it first")
    rng = rng or random.SystemRandom()
    plan = proposal.plan
    audit = Audit(
        id=max((a.id for a in session.audits), default=0) + 1,
        risk=proposal.risk,
        alpha=proposal.alpha,
        members=proposal.members,
        labels=tuple(map(_checksums(session), map(session.sample, proposal.members))),
        checks=tuple(rng.sample(proposal.members, plan.drawn)),
        size=plan.size,
        drawn=plan.drawn,
        allowed=plan.allowed,
        expected=plan.expected,
        by=user(),
        started_at=now(),
    )
    title = f"{audit.signature}: draw {audit.drawn:,} of {audit.size:,} samples to check"
    session.commit(title, [Edit(Table.AUDITS, audit.id, None, audit)], Kind.RECORD)
    return audit


def glance(session: LabelingSession, audit: Audit) -> Progress:
    """Return what `progress` does, as if nobody had touched what was not drawn; for every key."""
    return _progress(session, audit, _labels(audit, set(audit.checks)))


def progress(session: LabelingSession, audit: Audit) -> Progress:
    """Return how far an open audit has come."""
    drawn = set(audit.checks)
    labels = _labels(audit, set(audit.members))
    checksum = _checksums(session)
    unseen = tuple(
        key
        for key in audit.members
        if key not in drawn
        and session.has(key)
        and _untouched(sample := session.sample(key))
        and checksum(sample) == labels[key]
    )
    return _progress(session, audit, labels, unseen)


def _labels(audit: Audit, wanted: set[int]) -> dict[int, int]:
    pairs = zip(audit.members, audit.labels, strict=True)
    return {key: labels for key, labels in pairs if key in wanted}


def _progress(
    session: LabelingSession,
    audit: Audit,
    labels: Mapping[int, int],
    unseen: tuple[int, ...] | None = None,
) -> Progress:
    checksum = _checksums(session)
    left: list[int] = []
    wrong = lost = 0
    for key in audit.checks:
        if not session.has(key):
            wrong += 1  # deleted: nobody said that it is right
            continue
        sample = session.sample(key)
        match _outcome(sample, same=checksum(sample) == labels[key]):
            case "wrong":
                wrong += 1
            case "open":
                left.append(key)
            case "lost":
                lost += 1
    count = audit.size - audit.drawn if unseen is None else len(unseen)
    hopeless = not count or not passes(
        wrong, audit.size, audit.drawn, audit.alpha, audit.risk, left=count
    )
    checked = len(audit.checks) - len(left) - lost
    return Progress(checked, wrong, tuple(left), unseen or (), lost, hopeless)


def finish(session: LabelingSession, audit: Audit) -> Audit:
    """End an audit whose check is complete: confirm what is unseen if the bound holds.

    That is one Change, and one undo; the audit stays as a record. Raises UsageError while something
    is left to check.
    """
    done = progress(session, audit)
    if not done.complete:
        raise UsageError(f"{len(done.left):,} of {audit.drawn:,} samples are still to be checked")
    if done.lost or done.hopeless:
        state = AuditState.ABANDONED if done.lost else AuditState.FAILED
        after = _ended(audit, done, state)
        said = "labels were made anew" if done.lost else f"{after.wrong:,} of them wrong"
        title = f"{audit.signature} {state}: {after.checked:,} checked, {said}"
        session.commit(title, [Edit(Table.AUDITS, audit.id, audit, after)], Kind.RECORD)
        return after
    unseen = len(done.unseen)
    limit = statistics.bound(done.wrong, audit.size, audit.drawn, audit.alpha, left=unseen)
    after = replace(
        _ended(audit, done, AuditState.CONFIRMED), confirmed=unseen, bound=round(limit, 6)
    )
    moment = now()
    edits = [Edit(Table.AUDITS, audit.id, audit, after)]
    for key in done.unseen:
        sample = session.sample(key)
        confirmed = replace(
            sample, status=Status.LABELED, labeled_by=audit.signature, updated_at=moment
        )
        edits.append(Edit(Table.SAMPLES, key, sample, confirmed))
    session.commit(f"confirm {in_words(after)}", edits)
    return after


def abandon(session: LabelingSession, audit: Audit) -> Audit:
    """Give an audit up; it counts as an attempt all the same."""
    after = _ended(audit, progress(session, audit), AuditState.ABANDONED)
    title = f"{audit.signature} abandoned: {after.checked:,} of {audit.drawn:,} checked"
    session.commit(title, [Edit(Table.AUDITS, audit.id, audit, after)], Kind.RECORD)
    return after


def _candidates(session: LabelingSession, ids: Sequence[int] | None) -> list[Sample]:
    """Return the samples whose auto labels nobody has touched, the easiest first, then by path."""
    wanted = None if ids is None else set(ids)
    waiting = session.query(Tab.TO_BE_CONFIRMED, sort=Sort.PATH).tolist()
    samples = [session.sample(i) for i in waiting if wanted is None or i in wanted]
    fit = [
        s
        for s in samples
        if s.coefficient is not None and not (s.missing or s.error or made_by_human(s))
    ]
    return sorted(fit, key=lambda s: s.coefficient or 0.0)


def _suspicion(session: LabelingSession) -> float:
    """Return how many times more mistakes the newest failed check found than were expected, or 1.

    Half a mistake is added to either side, so that a single surprise does not decide.
    """
    failed = next((a for a in session.audits if a.state is AuditState.FAILED), None)
    if failed is None:
        return 1.0
    return max(1.0, (failed.wrong + 0.5) / (failed.expected * failed.checked + 0.5))


def _outcome(sample: Sample, *, same: bool) -> str:
    """Return what became of a drawn sample: `right`, `wrong`, `open` or `lost`.

    `same` says whether its labels are those it had when it was drawn.
    """
    if sample.status is Status.UNLABELED and sample.coefficient is None:
        return "lost"  # the run that labeled it was taken back; a rejected sample keeps its own
    if sample.missing or sample.status is Status.UNLABELED:
        return "wrong"
    if sample.status is Status.LABELED:
        if sample.labeled_by != HUMAN:
            return "lost"
        return "right" if same else "wrong"
    return "open" if same or made_by_human(sample) else "lost"


def _untouched(sample: Sample) -> bool:
    waiting = sample.status is Status.TO_BE_CONFIRMED and not (sample.missing or sample.error)
    return waiting and not made_by_human(sample)


def _checksums(session: LabelingSession) -> Callable[[Sample], int]:
    """Return the function that tells a sample's labels and boxes apart, in whatever order.

    It goes by the ids of the labels: a label that gets another name stays the same.
    """
    ids = {label.name: str(label.id) for label in session.labels}

    def checksum(sample: Sample) -> int:
        known = (replace(a, label=ids.get(a.label, a.label)) for a in sample.annotations)
        return annotations_checksum(sorted(known, key=lambda a: (a.label, tuple(a.box or ()))))

    return checksum


def _ended(audit: Audit, done: Progress, state: AuditState) -> Audit:
    return replace(
        audit,
        state=state,
        members=(),
        labels=(),
        checks=(),
        checked=done.checked,
        wrong=done.wrong,
        ended_at=now(),
    )
