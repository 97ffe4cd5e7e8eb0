"""What an engine is asked for: one model, how to use it, and what is looked at besides."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from hardcase.inference.budget import Effort, Plan, plan
from hardcase.inference.encoder import encoder_request
from hardcase.inference.process.request import RunRequest
from hardcase.inference.providers import AUTO
from hardcase.inference.signature import require_model

if TYPE_CHECKING:
    from pathlib import Path

    from hardcase.inference.profile.schema import Profile


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """A model and how it is used, the same on whatever engine.

    `threshold` and `iou` are those of the run, in [0, 1]. `effort` says which views are looked at
    besides the image itself, see `budget`; `views`, where given, are looked at of every image
    instead. `encoder` is an ONNX file whose output is the embedding; without it the embedding is
    what the model itself computes before its last layer, see `features`. `provider` is what it is
    to be computed on, one of `providers.CHOICES`, on each machine that computes.
    """

    model: Path
    profile: Profile
    _: KW_ONLY
    threshold: float
    iou: float
    effort: Effort = Effort.STANDARD
    views: tuple[str, ...] | None = None
    encoder: Path | None = None
    provider: str = AUTO

    def for_child(self) -> RunRequest:
        """Return what a child process is told of it. Raises ModelError, UsageError.

        That is if there is no such file, and for values out of range.
        """
        return RunRequest(
            str(require_model(self.model)),
            self.profile,
            self.threshold,
            self.iou,
            plan(self.profile.task, self.effort) if self.views is None else Plan(self.views),
            None if self.encoder is None else encoder_request(self.encoder),
            self.provider,
        )
