"""`hardcase import` and `hardcase export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading, writing
from hardcase.cli.output import count
from hardcase.cli.records import sample_edits
from hardcase.cli.table import Spec
from hardcase.formats import FORMATS, Report, WriteOptions
from hardcase.session.transfer import Export, dataset_of, wrote

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output

_BASE_HELP = "Pascal VOC: coordinate of the first pixel (0)"


def _import_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("path", type=Path, metavar="PATH", help="file or folder to read")
    parser.add_argument("--format", choices=FORMATS, metavar="F", help=_formats())
    parser.add_argument(
        "--as",
        dest="kind",
        choices=("labels", "predictions"),
        default="labels",
        help="labels count as yours; predictions wait to be confirmed (labels)",
    )
    parser.add_argument("--base", type=int, choices=(0, 1), default=0, help=_BASE_HELP)
    parser.add_argument(
        "--images-file", type=Path, metavar="J", help="COCO results: file that lists the images"
    )


def _export_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("out", type=Path, metavar="OUT", help="file or folder to write")
    parser.add_argument("--format", choices=FORMATS, metavar="F", required=True, help=_formats())
    parser.add_argument(
        "--what",
        choices=("labels", "predictions", "all"),
        default="labels",
        help="what people labeled or confirmed; what models said; labels and what nobody "
        "confirmed yet (labels)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is at OUT")
    parser.add_argument("--base", type=int, choices=(0, 1), default=0, help=_BASE_HELP)
    parser.add_argument(
        "--images",
        choices=("link", "copy"),
        default="link",
        help="YOLO, ImageFolder: link to the images or copy them (link)",
    )


def import_(args: Namespace, output: Output) -> int:
    """Read annotations of another tool into a job, in one change that `undo` takes back.

    What is wrong with the file is told line by line on stderr, the rest is read.
    --json prints one object: {images, annotations, changed, problems: [text], lost: [text]},
    where `changed` is how many samples changed.
    """
    with writing(args.job) as session:
        report, change = session.import_annotations(
            args.path,
            args.format,
            predictions=args.kind == "predictions",
            base=args.base,
            images_file=args.images_file,
        )
    changed = 0 if change is None else len(sample_edits(change))
    _tell(report, output)
    if output.json:
        output.record({**_record(report), "changed": changed})
    read = f"read {count(report.annotations, 'annotation')} of {count(report.images, 'image')}"
    output.line(f"{read}; {count(changed, 'sample')} changed")
    return 1 if report.problems and not report.images else 0


def export(args: Namespace, output: Output) -> int:
    """Write annotations for other tools. What is left out, or not kept, is told on stderr.

    --json prints one object: {images, annotations, problems: [text], lost: [text]}.
    """
    how = WriteOptions(overwrite=args.overwrite, base=args.base, images=args.images)
    with reading(args.job) as session:
        export_of = Export(args.format, dataset_of(session, args.what), args.what)
        report = export_of.write(args.out, how)
    _tell(report, output)
    if export_of.left_out:
        output.note(f"{export_of.left_out}; --what all takes them")
    if output.json:
        output.record(_record(report))
    output.line(wrote(report, args.out))
    return 0


def _tell(report: Report, output: Output) -> None:
    for problem in report.problems:
        output.note(problem)
    for lost in report.lost:
        output.note(f"not kept: {lost}")


def _record(report: Report) -> dict[str, object]:
    return {
        "images": report.images,
        "annotations": report.annotations,
        "problems": list(report.problems),
        "lost": list(report.lost),
    }


def _formats() -> str:
    return ", ".join(f"{name} ({f.description})" for name, f in FORMATS.items())


COMMANDS = {
    "import": Spec(_import_arguments, import_),
    "export": Spec(_export_arguments, export),
}
