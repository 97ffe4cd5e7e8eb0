"""`hardcase models inspect`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.inference import describe_model, keep_profile, recognise_model
from hardcase.inference.profile import telling
from hardcase.session.autolabel.model_look import images_of
from hardcase.session.autolabel.pixel_check import labeled_for, settled
from hardcase.session.folder.scan import find_images

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.inference import ModelInfo, Recognition

SHOWN_LABELS = 10
PROBED = 6


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("inspect",), metavar="inspect", help="describe a model")
    parser.add_argument("file", type=Path, metavar="FILE", help="an ONNX file")
    parser.add_argument("--profile", type=Path, metavar="P", help="YAML (that beside the model)")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="pictures for a probe run (drawn ones)"
    )
    parser.add_argument(
        "--job",
        type=Path,
        metavar="JOB",
        help="pictures of a job for the probe run; what people labeled there settles how a "
        "classifier scales pixels, where enough tells",
    )
    parser.add_argument(
        "--save", action="store_true", help="recognise it anew and keep that as its profile"
    )


def models(args: Namespace, output: Output) -> int:
    """Say what an ONNX model is, how sure that is and why, and how `autolabel` would use it.

    A model without a profile is recognised by its metadata, files beside it, names, shapes and what
    it answers to a few pictures. --save keeps that as a profile beside the model, or in the user's
    configuration where the folder is read-only.
    Exits with 1 if it cannot be used as it is; the problem then says what to do.
    --json prints one object: {file, bytes, inputs: [{name, shape, dtype}], outputs, metadata,
    profile: object or null, profile_source, problem: text or null, family: text or null, certainty:
    sure, likely, guess or null, reasons: [text], told_by: [text], could_be: [family],
    labels_from: text or null}.
    """
    if args.save and args.profile is not None:
        raise UsageError("--save keeps what is recognised, so give it without --profile")
    images = _some_images(args.images) if args.images is not None else _images_of_job(args.job)
    saved = None
    if args.save:
        found = recognise_model(args.file, images=images)
        saved = keep_profile(args.file, _settled(args, found))
    info = describe_model(args.file, args.profile, images=images)
    if info.recognition is not None:
        found = _settled(args, info.recognition)
        info = replace(info, recognition=found, profile=found.profile)
    if output.json:
        output.record(info.to_json())
    else:
        _describe(info, output)
        if saved is not None:
            output.line(f"kept as {saved}")
    return 0 if info.problem is None else 1


def _some_images(folder: Path) -> list[Path]:
    """Return a few images of a folder, spread over it. Raises UsageError."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; give one that holds images")
    found = find_images(folder)
    if not found:
        raise UsageError(f"{folder} holds no images; give a folder that does")
    return [folder / name for name in found[:: max(1, len(found) // PROBED)][:PROBED]]


def _images_of_job(job: Path | None) -> list[Path]:
    if job is None:
        return []
    with reading(job) as session:
        return list(images_of(session, PROBED).values())


def _settled(args: Namespace, found: Recognition) -> Recognition:
    """Return what was recognised, its pixels settled by what people labeled in a job."""
    if args.job is None:
        return found
    with reading(args.job) as session:
        labeled = labeled_for(session, found)
    return found if labeled is None else settled(args.file, found, labeled, lambda _: None)


def _describe(info: ModelInfo, output: Output) -> None:
    output.line(f"{info.file}: {info.bytes:,} bytes")
    tensors = [("input", t) for t in info.inputs] + [("output", t) for t in info.outputs]
    rows = [(side, t.name, " x ".join(map(str, t.shape)), t.dtype) for side, t in tensors]
    output.table(("side", "name", "shape", "type"), rows)
    if info.metadata:
        output.line()
        output.table(("metadata", "value"), list(info.metadata.items()))
    output.line()
    if info.profile is None:
        output.note(info.problem or "no profile")
        return
    found = info.recognition
    if found is not None:
        output.line(telling.headline(found))
        for reason in telling.reasons(found):
            output.line(f"  {reason}")
        output.line()
    profile = info.profile.to_json()
    labels = profile.pop("labels")
    output.line(f"profile ({info.profile_source}):")
    output.table(("key", "value"), [(key, _shown(value)) for key, value in profile.items()])
    rest = f" and {len(labels) - SHOWN_LABELS} more" if len(labels) > SHOWN_LABELS else ""
    source = f" (from {found.labels_from})" if found is not None else ""
    output.line(f"{count(len(labels), 'label')}{source}: {', '.join(labels[:SHOWN_LABELS])}{rest}")
    if info.problem is not None:
        output.note(info.problem)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


COMMANDS = {"models": Spec(_arguments, models)}
