"""Arguments that several commands take, and the checks of their values."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.model.text import split_names

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _ArgumentGroup

    from hardcase.inference import Where

TASKS = ("detection", "classification")
TABS = ("all", "unlabeled", "labeled", "to-be-confirmed")
SORTS = ("hard", "path")
EFFORTS = ("quick", "standard", "thorough")
FILTER_HELP = "e.g. 'hard -label:dog coef:>0.3 score:<0.5 name:night reason:3 by:auto'"


def job(parser: ArgumentParser) -> None:
    """Declare JOB."""
    parser.add_argument("job", type=Path, metavar="JOB", help="job file, or the folder it is in")


def chosen_samples(parser: ArgumentParser) -> None:
    """Declare SAMPLE... | --filter EXPR | --all."""
    parser.add_argument(
        "samples", nargs="*", metavar="SAMPLE", help="an id, or a path relative to the job"
    )
    parser.add_argument("--filter", metavar="EXPR", help=f"all that pass, {FILTER_HELP}")
    parser.add_argument("--all", action="store_true", help="every sample of the job")


def model_settings(parser: ArgumentParser | _ArgumentGroup) -> None:
    """Declare what goes with a model: --profile, --threshold, --iou."""
    parser.add_argument("--profile", type=Path, metavar="P", help="YAML (that beside the model)")
    parser.add_argument("--threshold", type=fraction, metavar="T", help="lowest score to keep, 0-1")
    parser.add_argument(
        "--iou", type=fraction, metavar="I", help="overlap of boxes that are one, 0-1"
    )


def mapping(parser: ArgumentParser | _ArgumentGroup) -> None:
    """Declare what a model's classes mean: --map, --threshold-of."""
    parser.add_argument(
        "--map",
        action="append",
        type=class_and_label,
        default=[],
        metavar="CLASS=LABEL",
        help="a class of the model means this label; CLASS= leaves it out (the label of its own "
        "name). Repeatable; boxes of classes that mean one label are one where they overlap",
    )
    parser.add_argument(
        "--threshold-of",
        action="append",
        type=class_and_threshold,
        default=[],
        metavar="CLASS=T",
        help="lowest score to keep of a class, 0-1 (that of --threshold); repeatable",
    )


def effort(parser: ArgumentParser) -> None:
    """Declare how images are looked at: --effort, --encoder."""
    parser.add_argument(
        "--effort",
        choices=EFFORTS,
        default="standard",
        metavar="E",
        help="looks at other views of an image: quick (mirrored only), standard (more where the "
        "model is undecided), thorough (all views of all images)",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        metavar="E.onnx",
        help="an ONNX file whose output says how alike images are (without: the model itself)",
    )


def engine(parser: ArgumentParser | _ArgumentGroup) -> None:
    """Declare what computes a run: --engine, --address, --ship-images, --provider."""
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="what computes it: this machine, or a Ray cluster (local)",
    )
    parser.add_argument(
        "--address",
        metavar="A",
        help="with --engine ray: host:port of the cluster, or auto for one that this machine is "
        "part of (RAY_ADDRESS, else one that is started here and ends with the run)",
    )
    parser.add_argument(
        "--ship-images",
        action="store_true",
        help="with --engine ray: send every image along (those that a machine does not see)",
    )
    parser.add_argument(
        "--provider",
        metavar="P",
        default="auto",
        help="execution provider of ONNX Runtime: auto (an accelerator if ONNX Runtime has one), "
        "cpu, cuda, tensorrt, openvino, coreml, directml, migraphx or rocm; the processor where "
        "that fails",
    )


def where(args: Namespace) -> Where:
    """Return what `engine` declared. Raises UsageError."""
    from hardcase.inference import Cluster, Where  # noqa: PLC0415 - most commands need no model

    if args.engine == "ray":
        return Where(Cluster(args.address, args.ship_images), args.provider)
    if args.address is not None or args.ship_images:
        raise UsageError("--address and --ship-images go with --engine ray")
    return Where(None, args.provider)


def fraction(text: str) -> float:
    """Return a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def class_and_label(text: str) -> tuple[str, str]:
    """Return the two sides of `car=vehicle`; the right one may be empty."""
    name, equals, label = text.partition("=")
    if not (equals and name.strip()):
        raise ArgumentTypeError(f"{text!r} is no pair; write: car=vehicle, or person= to leave out")
    return name.strip(), label.strip()


def class_and_threshold(text: str) -> tuple[str, float]:
    """Return the two sides of `person=0.6`."""
    name, equals, value = text.rpartition("=")
    if not (equals and name.strip()):
        raise ArgumentTypeError(f"{text!r} is no pair; write: person=0.6")
    return name.strip(), fraction(value)


def positive(text: str) -> int:
    """Return a whole number from 1."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def names(text: str) -> list[str]:
    """Return the names in `a,b,"c, d"`, trimmed. An empty one is an error."""
    parts = split_names(text)
    if not parts or not all(parts):
        raise ArgumentTypeError(f'{text!r} has an empty name; write: a,b,"c, d"')
    return parts
