"""One ONNX Runtime session: opening it, checking it against a profile, running pictures.

Only the child process imports this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from hardcase.errors import ModelError
from hardcase.inference.decoders import check_output
from hardcase.inference.preprocess import tensor
from hardcase.inference.schema import InputSpec, Layout, Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL import Image

_DTYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
}

_ERRORS_ONLY = 3


@dataclass(frozen=True, slots=True)
class Model:
    """An open model. `batch` is how many pictures it takes at once, None for any number."""

    session: Any
    profile: Profile
    input_name: str
    dtype: np.dtype[Any]
    batch: int | None


def open_session(path: str, *, threads: int = 1, optimise: bool = True) -> Any:
    """Open an ONNX file on the CPU, without custom operators.

    External data is read from the model's own folder only; ONNX Runtime refuses other paths.
    Raises ModelError.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # A thread that waits by spinning would take a core from the person at the keys.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not optimise:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the bindings raise RuntimeError's children and others besides
        raise ModelError(str(error)) from error


def open_model(path: str, profile: Profile, threads: int) -> Model:
    """Open a model and check what its shapes tell against the profile. Raises ModelError."""
    session = open_session(path, threads=threads)
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or not outputs:
        raise ModelError("it needs exactly one input and an output; use another model")
    dtype = _DTYPES.get(inputs[0].type)
    if dtype is None:
        raise ModelError(f"its input is {inputs[0].type}; float, float16 and uint8 are supported")
    spec = profile.input
    if dtype == np.uint8 and (spec.scale != 1 or any(spec.mean) or set(spec.std) != {1.0}):
        raise ModelError("it takes 8-bit pixels as they are; set input.scale: 1, no mean and std")
    _check_input(inputs[0].shape, spec)
    check_output(profile, outputs[0].shape)
    batch = inputs[0].shape[0]
    return Model(session, profile, inputs[0].name, dtype, batch if isinstance(batch, int) else None)


def run(model: Model, pictures: Sequence[Image.Image]) -> list[NDArray[Any]]:
    """Return the raw first output of each rendered picture, without its batch axis.

    Pictures go in one batch where the model takes any number. Safe to call from several threads.
    Raises ModelError.
    """
    size = model.batch or len(pictures)
    rows: list[NDArray[Any]] = []
    for start in range(0, len(pictures), size):
        part = list(pictures[start : start + size])
        part += part[-1:] * (size - len(part))
        feed = tensor(part, model.profile.input, model.dtype)
        try:
            output = model.session.run(None, {model.input_name: feed})[0]
        except Exception as error:
            raise ModelError(str(error)) from error
        if not isinstance(output, np.ndarray) or output.dtype.kind not in "fiu":
            raise ModelError("its first output holds no numbers; use another model")
        if output.shape[:1] != (size,):
            raise ModelError("its first output has no row per picture; use another model")
        check_output(model.profile, output.shape)
        rows.extend(output)
    return rows[: len(pictures)]


def _check_input(shape: Sequence[int | str | None], spec: InputSpec) -> None:
    width, height = spec.size
    wanted = (3, height, width) if spec.layout is Layout.NCHW else (height, width, 3)
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
