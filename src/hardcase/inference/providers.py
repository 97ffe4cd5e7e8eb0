"""What a model may be computed on: execution providers of ONNX Runtime, by short names.

A provider that ONNX Runtime was not built with, or that fails to start, is done without: the run
goes on on the processor and one line says why.
"""

from __future__ import annotations

CPU = "cpu"

PROVIDERS = {
    CPU: "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "rocm": "ROCMExecutionProvider",
}

AUTOMATIC = ("cuda", "migraphx", "rocm", "coreml", "directml", "openvino")
"""Which are taken unasked where they are offered, best first.

TensorRT is not: it compiles a model for minutes before its first image. Nothing else is ever taken,
since ONNX Runtime also offers one that sends images to a service (Azure).
"""

AUTO = "auto"
CHOICES = (AUTO, *PROVIDERS)

_PACKAGES = {
    "cuda": "onnxruntime-gpu",
    "tensorrt": "onnxruntime-gpu",
    "openvino": "onnxruntime-openvino",
    "directml": "onnxruntime-directml",
    "migraphx": "onnxruntime-migraphx",
    "rocm": "onnxruntime-rocm",
}


def chosen(asked: str, offered: list[str]) -> tuple[str, str]:
    """Return the name of the provider to try and, if that is not the one asked for, why.

    `offered` are ONNX Runtime's own names. `auto` takes the best of `AUTOMATIC`.
    """
    if asked != AUTO:
        if PROVIDERS[asked] in offered:
            return asked, ""
        package = _PACKAGES.get(asked)
        advice = f"; it comes with {package}" if package else ""
        return CPU, f"ONNX Runtime here cannot use {asked}{advice}: the run is on the processor"
    return next((name for name in AUTOMATIC if PROVIDERS[name] in offered), CPU), ""


def failed(name: str, reason: str) -> str:
    """Return the line about a provider that did not start."""
    return f"{name} does not start ({reason}): the run is on the processor"
