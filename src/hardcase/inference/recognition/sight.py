"""What of a model can be seen from outside: its picture input, its outputs, a probe run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hardcase.errors import ModelError
from hardcase.inference.profile.schema import MAX_PIXELS, MAX_SIDE, Layout
from hardcase.inference.recognition.companions import Companions
from hardcase.inference.recognition.conventions import input_of
from hardcase.inference.recognition.literals import own_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardcase.inference.profile.families import Decoder
    from hardcase.inference.recognition.answer import Probe
    from hardcase.inference.recognition.values import Values
    from hardcase.inference.signature import Signature, TensorInfo

Axes = tuple[int | None, ...]

_PICTURE_TYPES = ("tensor(float)", "tensor(float16)", "tensor(uint8)", "tensor(int8)")
_CHANNELS = 3
_LISTS = (6, 7)
"""How wide lists of boxes are that a model has selected itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The input that takes the picture. `size` is (width, height), None where any is taken.

    `free_layout` is whether nothing says which axis holds the channels.
    """

    name: str
    layout: Layout
    size: tuple[int, int] | None
    bytes_: bool
    batch: int | str | None
    free_layout: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One output. `axes` are those of the answer to one picture as far as they are known."""

    name: str
    axes: Axes
    whole: bool
    batched: bool

    @property
    def rank(self) -> int:
        """How many axes there are besides that of the batch."""
        return len(self.axes)

    def is_like(self, *axes: int | None) -> bool:
        """Return whether the axes are these; None is any length, also where it is not known."""
        return len(self.axes) == len(axes) and all(
            want is None or have is None or have == want
            for have, want in zip(self.axes, axes, strict=True)
        )


@dataclass(slots=True)
class Sight:
    """A model under recognition. `metadata` and names are printable, but not trusted."""

    signature: Signature
    picture: Picture | None
    companions: Companions = field(default_factory=Companions)
    probe: Probe | None = None
    problem: str = ""
    _values: Mapping[str, Values] | None = None
    _probed: tuple[int, int] | None = None

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the model says of itself."""
        return self.signature.metadata

    @property
    def inputs(self) -> set[str]:
        """The names of all inputs, in lower case."""
        return {tensor.name.lower() for tensor in self.signature.inputs}

    def outputs(self) -> list[Output]:
        """Return the outputs as declared, or as a probe run has shown them."""
        seen = self._values or {}
        return [
            _output(tensor, self.picture, seen.get(tensor.name))
            for tensor in self.signature.outputs
        ]

    def settled(self, decoder: Decoder) -> list[Output]:
        """Return the outputs, by a probe run where the width of a table is not declared."""
        outputs = self.outputs()
        if any(output.rank == 2 and output.axes[1] is None for output in outputs):
            self.values(decoder)
            return self.outputs()
        return outputs

    def values(self, decoder: Decoder) -> Mapping[str, Values]:
        """Return what a probe run shows, fed as `decoder` is; empty if there can be none."""
        if self._values is None:
            self._values = {}
            if self.probe is not None and self.picture is not None:
                spec = input_of(decoder, self.size, self.picture.layout, bytes_=self.picture.bytes_)
                self._probed = spec.size
                try:
                    self._values = self.probe(spec)
                except ModelError as error:
                    self.problem = f"a probe run failed: {error}"
        return self._values

    @property
    def was_probed(self) -> bool:
        """Whether a probe run has shown something."""
        return bool(self._values)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that the model itself gives its classes, if it does and they make sense."""
        try:
            return own_names(self.metadata)[0]
        except ValueError:
            return ()

    def known_counts(self) -> set[int]:
        """Return how many classes there may be, by all names that were found."""
        counts = {len(names.labels) for names in self.companions.names}
        return counts | ({len(self.labels)} if self.labels else set())

    def known_size(self) -> tuple[int, int] | None:
        """Return the (width, height) that the model demands, or that it was probed with."""
        return self.size or self._probed

    @property
    def size(self) -> tuple[int, int] | None:
        """The (width, height) that the model demands."""
        return self.picture.size if self.picture else None


def picture_of(signature: Signature) -> Picture | None:
    """Return the input of three channels that takes a picture, if there is one."""
    for tensor in signature.inputs:
        axes = tensor.shape
        if tensor.dtype not in _PICTURE_TYPES or len(axes) not in (3, 4):
            continue
        batch: int | str | None = axes[0] if len(axes) == 4 else None
        inner = axes[1:] if len(axes) == 4 else axes
        channels_last = inner[2] == _CHANNELS and inner[0] != _CHANNELS
        if not channels_last and isinstance(inner[0], int) and inner[0] != _CHANNELS:
            continue
        layout = Layout.NHWC if channels_last else Layout.NCHW
        height, width = inner[:2] if channels_last else inner[1:]
        size = None
        if isinstance(width, int) and isinstance(height, int):
            if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
                continue
            if width * height > MAX_PIXELS:
                continue
            size = width, height
        bytes_ = tensor.dtype in _PICTURE_TYPES[2:]
        free = not isinstance(inner[0], int) and not isinstance(inner[2], int)
        return Picture(tensor.name, layout, size, bytes_, batch, free)
    return None


def _output(tensor: TensorInfo, picture: Picture | None, seen: Values | None) -> Output:
    whole = "int" in tensor.dtype
    if seen is not None:
        axes: Axes = tuple(seen.shape)
        counted = _starts_with_batch(tensor, picture) or _is_row_a_picture(seen)
        batched = len(axes) > 0 and axes[0] == 1 and counted
        return Output(tensor.name, axes[1:] if batched else axes, whole, batched)
    axes = tuple(axis if isinstance(axis, int) else None for axis in tensor.shape)
    batched = _starts_with_batch(tensor, picture)
    return Output(tensor.name, axes[1:] if batched else axes, whole, batched)


def _is_row_a_picture(seen: Values) -> bool:
    """Return whether every picture got one row, and not of a list of boxes, which end in a class.

    Exporters may call the free axis of the batch differently in the input and in the output.
    """
    if len(seen.shape) != 2 or seen.shape[0] != 1 or not seen.steady:
        return False
    whole = [column.whole for column in seen.columns]  # all of them: numbers near 0
    return seen.shape[1] not in _LISTS or all(whole) or not any(whole)


def _starts_with_batch(tensor: TensorInfo, picture: Picture | None) -> bool:
    """Return whether the first axis counts pictures: it is 1, or free as the picture's own is."""
    if not tensor.shape:
        return False
    first = tensor.shape[0]
    batch = picture.batch if picture else None
    if len(tensor.shape) >= 3 or first == 1:
        return True
    return first == batch or (isinstance(first, str) and "batch" in first.lower())
