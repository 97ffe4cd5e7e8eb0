"""One ONNX Runtime session: opening it, and feeding it pictures.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from hardcase.errors import ModelError
from hardcase.inference.feeds import Feed, feed_of
from hardcase.inference.providers import CPU, PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.inference.profile.schema import InputSpec

_DTYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(int8)": np.dtype(np.int8),
}

_ERRORS_ONLY = 3
_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"


@dataclass(frozen=True, slots=True)
class Network:
    """An open session that is fed pictures.

    `output` is the name of its first output. `batch` is how many pictures it takes at once, None
    for any number; without `stacked`, its one picture comes without an axis for the batch. `feeds`
    are its inputs beside the picture.
    """

    session: Any
    spec: InputSpec
    input: str
    output: str
    dtype: np.dtype[Any]
    batch: int | None
    stacked: bool = True
    feeds: tuple[Feed, ...] = ()


def open_session(
    model: str | bytes,
    *,
    threads: int = 1,
    optimise: bool = True,
    folder: str | None = None,
    sizes: Mapping[str, int] | None = None,
    provider: str = CPU,
) -> Any:
    """Open an ONNX file, or the content of one, on a provider, without custom operators.

    What the provider cannot compute is left to the processor. External data is read from the
    model's own folder only, which for a content is `folder`; ONNX Runtime refuses other paths.
    `sizes` fixes free axes by their names. Raises ModelError, also where the provider fails.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # A thread that waits by spinning would take a core from the person at the keys.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if folder is not None:
        options.add_session_config_entry(_WEIGHTS_FOLDER, folder)
    for axis, size in (sizes or {}).items():
        options.add_free_dimension_override_by_name(axis, size)
    if not optimise:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    wanted = list(dict.fromkeys([PROVIDERS[provider], PROVIDERS[CPU]]))
    try:
        session = onnxruntime.InferenceSession(
            model, options, providers=wanted, enable_fallback=False
        )
    except Exception as error:  # the bindings raise RuntimeError's children and others besides
        raise ModelError(str(error)) from error
    if session.get_providers()[:1] != wanted[:1]:  # its libraries are missing; that is only logged
        raise ModelError("its libraries cannot be loaded")
    return session


def network(session: Any, spec: InputSpec) -> Network:
    """Return what feeds a session pictures of `spec`, if it has an input that takes those.

    Other inputs must be such as `feeds` knows. Raises ModelError.
    """
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if not inputs or not outputs:
        raise ModelError("it needs an input and an output; use another model")
    pictures = [node for node in inputs if node.type in _DTYPES and len(node.shape) in (3, 4)]
    picture = next(iter(pictures), inputs[0])
    dtype = _DTYPES.get(picture.type)
    if dtype is None:
        raise ModelError(f"its input is {picture.type}; float, float16 and 8-bit are supported")
    if dtype.kind in "iu" and (spec.scale != 1 or any(spec.mean) or set(spec.std) != {1.0}):
        raise ModelError("it takes 8-bit pixels as they are; set input.scale: 1, no mean and std")
    shape = list(picture.shape)
    stacked = len(shape) != 3
    _check_input(shape if stacked else [1, *shape], spec)
    batch = shape[0] if stacked else 1
    return Network(
        session,
        spec,
        picture.name,
        outputs[0].name,
        dtype,
        batch if isinstance(batch, int) else None,
        stacked,
        tuple(
            feed_of(node.name, node.type, node.shape, spec.size)
            for node in inputs
            if node is not picture
        ),
    )


def infer(fed: Network, shown: NDArray[np.generic], outputs: Sequence[str]) -> list[NDArray[Any]]:
    """Return the named outputs for some pictures, at most as many as the network takes at once.

    `shown` is what `preprocess.tensor` makes of them. Rows beyond them fill up a fixed batch. Safe
    to call from several threads. Raises ModelError.
    """
    size = fed.batch or len(shown)
    if len(shown) < size:
        shown = np.concatenate([shown, np.repeat(shown[-1:], size - len(shown), axis=0)])
    tensors = {feed.name: feed.of(size) for feed in fed.feeds}
    tensors[fed.input] = shown if fed.stacked else shown[0]
    try:
        values: list[Any] = fed.session.run(list(outputs), tensors)
    except Exception as error:
        raise ModelError(str(error)) from error
    for value in values:
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            raise ModelError("an output of it holds no numbers; use another model")
    return values


def _check_input(shape: Sequence[int | str | None], spec: InputSpec) -> None:
    (width, height), wanted = spec.size, spec.shape
    given = tuple(shape[1:])
    fits = len(given) == len(wanted) and all(
        not isinstance(axis, int) or axis == want for axis, want in zip(given, wanted, strict=True)
    )
    if not fits:
        shown = "x".join(str(axis or "?") for axis in shape)
        raise ModelError(
            f"its input is {shown}, but the profile says {spec.layout} of {width}x{height} pixels; "
            "correct input in the profile"
        )
