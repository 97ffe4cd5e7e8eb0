"""How well the hard coefficient finds what is wrong, beside the usual measures of uncertainty.

    python tests/benchmarks/hardness.py --images DIR --truth TRUTH --model M.onnx [--profile P.yaml]
                                        [--confirmed 200]

TRUTH is a COCO JSON file, a folder of YOLO label files (with `--names`, one class a line), or, for
a classifier, a CSV file with the columns `path,label` (paths relative to it) or an ImageFolder (the
last directory is the label; default: the images' own). Classes are compared by name. Every figure
is of the images that have truth; `--part` takes every second one, so that what was chosen on one
half can be reported on the other. `--confirmed N` lets N samples be decided by their truth first
(`hardness_confirm.py` says how) and scores the rest. `--save FILE` keeps what was measured,
`--load FILE` reads it again instead of running the model. cleanlab's scores (their default
settings) are printed where cleanlab is installed.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from hardness_confirm import PLANS, outcomes
from hardness_measured import Measured, load, run
from hardness_report import (
    report_calibration,
    report_confirmed,
    report_marks,
    report_ranking,
    rivals,
)
from hardness_truth import Labels, Truth, class_truth, coco_truth, yolo_truth

from hardcase.hardness import assess
from hardcase.inference import load_profile
from hardcase.model.job import Task


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path)
    parser.add_argument("--truth", type=Path, help="default: the images' directories")
    parser.add_argument("--names", type=Path, help="class names of YOLO label files, one a line")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--threshold", type=float, help="default: the profile's")
    parser.add_argument("--part", choices=("all", "even", "odd"), default="all")
    parser.add_argument("--confirmed", type=int, nargs="*", default=[], help="how many, or several")
    parser.add_argument("--seeds", type=int, default=10, help="repetitions of what is random")
    parser.add_argument("--save", type=Path, help="keep what was measured")
    parser.add_argument("--load", type=Path, help="what --save kept, instead of running the model")
    return parser


def measured(parser: argparse.ArgumentParser, args: argparse.Namespace) -> Measured:
    if args.load:
        return load(args.load)
    if not (args.images and args.model):
        parser.error("--images and --model are needed, or --load")
    profile = load_profile(args.model, args.profile)
    if args.threshold is not None:
        profile = replace(profile, score_threshold=args.threshold)
    truth: Truth = {}
    labels: Labels = {}
    if profile.task is Task.CLASSIFICATION:
        labels = class_truth(args.truth or args.images)
    elif args.truth is None:
        parser.error("a detector needs --truth")
    elif args.truth.is_file():
        truth = coco_truth(args.images, args.truth)
    else:
        names = args.names.read_text().splitlines() if args.names else profile.labels
        truth = yolo_truth(args.images, args.truth, names)
    paths = sorted(truth or labels)
    m = run(args.model, profile, paths, truth=truth, labels=labels)
    if len(m.truth) == 0:
        parser.error("no image with truth could be run")
    if args.save:
        m.save(args.save)
    return m


def main() -> None:
    parser = arguments()
    args = parser.parse_args()
    m = measured(parser, args)
    if args.part != "all":
        m = m.every_second(int(args.part == "odd"))
    began = time.perf_counter()
    assessed = assess(m.population())
    judging = (time.perf_counter() - began) / len(m.truth)
    coefficient = np.array([a.coefficient for a in assessed])
    kind = "share of boxes wrong" if m.task is Task.DETECTION else "share of labels wrong"
    print(f"{args.load or args.model}: {len(m.truth)} images, {m.failed} failed,", end="")
    print(f" {kind} {m.truth.mean():.3f}, coefficient {coefficient.mean():.3f}")
    print(
        f"an image: {m.engine_seconds * 1e3:.1f} ms reading, model and views;"
        f" {m.seconds * 1e3:.3f} ms signals, {judging * 1e3:.3f} ms judging"
    )
    others = rivals(m)
    report_ranking(m, coefficient, others)
    report_calibration(m.truth, coefficient)
    report_marks(m, assessed)
    for confirmed in args.confirmed:
        print(f"\n=== after {confirmed} confirmations")
        for plan in PLANS:
            results = list(outcomes(m, plan, confirmed, args.seeds))
            report_confirmed(m, plan, results, coefficient, others)
            if plan == "random":
                report_calibration(
                    np.concatenate([m.truth[r.scored] for r in results]),
                    np.concatenate([r.coefficient[r.scored] for r in results]),
                )


if __name__ == "__main__":
    main()
