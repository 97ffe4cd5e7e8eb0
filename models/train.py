"""Train and export the shipped models: `python models/train.py [detector|classifier]`.

Needs PyTorch and onnx (`pip install -e '.[train]'`); running and testing hardcase does not.
About 3 minutes on two idle cores. Then `python models/evaluate.py` prints the figures.
"""

from __future__ import annotations

import argparse
import ast
import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from data import (
    CLASSIFIER_INPUT,
    DETECTOR_INPUT,
    KINDS,
    SPECIES,
    render_classification,
    render_detection,
)
from fit import fit_classifier, fit_detector
from nets import STRIDES, UltralyticsOutput
from torch import nn

HERE = Path(__file__).resolve().parent
SEED = 7
DETECTION_IMAGES, DETECTION_EPOCHS = 1500, 6
CLASSIFICATION_IMAGES, CLASSIFICATION_EPOCHS = 1500, 8
COMMON = {
    "author": "hardcase",
    "license": "MIT",
    "version": "1",
    # fixed, so that the same weights give the same file
    "date": "2026-01-01T00:00:00",
    "batch": "1",
    "channels": "3",
    "dynamic": "True",
}


def export(net: nn.Module, size: int, file: Path, metadata: dict[str, str]) -> None:
    """Write `net` as one ONNX file, check it, and compare ONNX Runtime with PyTorch."""
    buffer = io.BytesIO()
    sample = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    torch.onnx.export(
        net,
        (sample,),
        buffer,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load_from_string(buffer.getvalue())
    with torch.inference_mode():
        shape = net(sample).shape
    # the exporter leaves all but the batch unnamed; a reader of the file should see the numbers
    for dimension, length in zip(
        model.graph.output[0].type.tensor_type.shape.dim[1:], shape[1:], strict=True
    ):
        dimension.dim_value = length
    onnx.helper.set_model_props(model, COMMON | metadata)
    model.producer_name, model.producer_version = "hardcase", "1"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(file))

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for count in (1, 2):
        (found,) = session.run(None, {"images": sample[:count].numpy()})
        with torch.inference_mode():
            wanted = net(sample[:count]).numpy()
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=2e-3)
    print(f"{file.name}: {file.stat().st_size / 1e6:.2f} MB, output {found.shape}")


def metadata(task: str, labels: tuple[str, ...], size: int, what: str) -> dict[str, str]:
    """Metadata as Ultralytics writes it; `names` is the repr of a dict."""
    names = repr(dict(enumerate(labels)))
    assert ast.literal_eval(names)
    entries = {"description": what, "task": task, "imgsz": f"[{size}, {size}]", "names": names}
    return entries | {"stride": str(STRIDES[-1] if task == "detect" else 1)}


def train_detector() -> None:
    """Paint, train, export."""
    data = render_detection(DETECTION_IMAGES, SEED)
    net = UltralyticsOutput(fit_detector(data, len(KINDS), DETECTION_EPOCHS, SEED)).eval()
    what = "Small fruit detector of the hardcase demo, trained on painted scenes"
    entries = metadata("detect", KINDS, DETECTOR_INPUT, what)
    export(net, DETECTOR_INPUT, HERE / "fruit_detector.onnx", entries)


def train_classifier() -> None:
    """Paint, train, export."""
    data = render_classification(CLASSIFICATION_IMAGES, SEED)
    net = fit_classifier(data, len(SPECIES), CLASSIFICATION_EPOCHS, SEED)
    what = "Small flower classifier of the hardcase demo, trained on painted scenes"
    entries = metadata("classify", SPECIES, CLASSIFIER_INPUT, what)
    export(net, CLASSIFIER_INPUT, HERE / "flower_classifier.onnx", entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="?", choices=("detector", "classifier"))
    parser.add_argument("--threads", type=int, default=1, help="more may round differently")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    if options.which != "detector":
        train_classifier()
    if options.which != "classifier":
        train_detector()


if __name__ == "__main__":
    main()
