"""`hardcase models inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli.table import Spec
from hardcase.inference import describe_model

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.inference import ModelInfo

SHOWN_LABELS = 10


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("inspect",), metavar="inspect", help="describe a model")
    parser.add_argument("file", type=Path, metavar="FILE", help="an ONNX file")
    parser.add_argument("--profile", type=Path, metavar="P", help="YAML (that beside the model)")


def models(args: Namespace, output: Output) -> int:
    """Say what an ONNX model takes and gives, and how `autolabel` would use it.

    Exits with 1 if it cannot be used as it is; the problem then says what to do.
    --json prints one object: {file, bytes, inputs: [{name, shape, dtype}], outputs, metadata,
    profile: object or null, profile_source, problem: text or null}.
    """
    info = describe_model(args.file, args.profile)
    if output.json:
        output.record(info.to_json())
    else:
        _describe(info, output)
    return 0 if info.problem is None else 1


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
    profile = info.profile.to_json()
    labels = profile.pop("labels")
    output.line(f"profile ({info.profile_source}):")
    output.table(("key", "value"), [(key, _shown(value)) for key, value in profile.items()])
    rest = f" and {len(labels) - SHOWN_LABELS} more" if len(labels) > SHOWN_LABELS else ""
    output.line(f"{len(labels)} labels: {', '.join(labels[:SHOWN_LABELS])}{rest}")
    if info.problem is not None:
        output.note(info.problem)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


COMMANDS = {"models": Spec(_arguments, models)}
