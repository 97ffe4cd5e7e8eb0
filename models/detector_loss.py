"""Which cells answer for which box, and what their answers cost (TOOD, arXiv 2108.07755)."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

TOP_CELLS = 9
ALPHA, BETA = 0.5, 4.0
BOX_WEIGHT = 3.0


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """IoU of boxes (..., 4) as x1, y1, x2, y2, broadcast over the leading dimensions."""
    low = torch.maximum(a[..., :2], b[..., :2])
    high = torch.minimum(a[..., 2:], b[..., 2:])
    both = (high - low).clamp(min=0).prod(-1)
    area = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return both / (area - both + 1e-7)


def ciou(a: Tensor, b: Tensor) -> Tensor:
    """Complete IoU of paired boxes (n, 4), -1.5 to 1 (arXiv 1911.08287, equation 10)."""
    iou = overlap(a, b)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    apart = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) ** 2).sum(1) / 4
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    angle_a = torch.atan(size_a[:, 0] / (size_a[:, 1] + 1e-7))
    angle_b = torch.atan(size_b[:, 0] / (size_b[:, 1] + 1e-7))
    shape = 4 / math.pi**2 * (angle_b - angle_a) ** 2
    with torch.no_grad():
        weight = shape / (1 - iou + shape + 1e-7)
    return iou - apart / (hull.pow(2).sum(1) + 1e-7) - weight * shape


@torch.no_grad()
def assign(
    scores: Tensor, boxes: Tensor, centres: Tensor, strides: Tensor, truth: Tensor
) -> tuple[Tensor, Tensor]:
    """Give each true box its best cells.

    `scores` (n, a, nc) 0-1, `boxes` (n, a, 4), `centres` (2, a), `truth` (n, m, 5) class (-1 for
    none) and corners. Returns the index (n, a) of each cell's box, -1 for background, and the
    score (n, a) that the cell should give to the class of that box.
    """
    classes, corners = truth[..., 0].long(), truth[..., 1:]
    real = classes >= 0
    points = centres.t()[None, None]
    inside = torch.minimum(points - corners[:, :, None, :2], corners[:, :, None, 2:] - points)
    # a box smaller than a cell may hold no centre: half a finest cell around it counts as inside
    slack = torch.where(strides == strides.min(), -0.5 * strides.min(), torch.zeros(()))
    near = (inside.amin(-1) > slack) & real[..., None]
    iou = overlap(corners[:, :, None], boxes[:, None])
    picked = classes.clamp(min=0)[:, None].expand(-1, scores.shape[1], -1)
    score = scores.gather(2, picked).transpose(1, 2)
    alignment = score**ALPHA * iou**BETA * near
    best, cells = alignment.topk(TOP_CELLS, dim=-1)
    chosen = torch.zeros_like(near).scatter_(-1, cells, best > 1e-9)
    overlaps = torch.where(chosen, iou, torch.full_like(iou, -1))
    value, owner = overlaps.max(1)
    owned = value >= 0
    kept = torch.zeros_like(chosen).scatter_(1, owner[:, None], owned[:, None])
    strength = alignment * kept
    top = strength.amax(-1, keepdim=True)
    reach = (iou * kept).amax(-1, keepdim=True)
    target = (strength / (top + 1e-9) * reach).amax(1)
    return torch.where(owned, owner, -1), target


def detection_loss(
    logits: Tensor, sides: Tensor, centres: Tensor, strides: Tensor, truth: Tensor
) -> Tensor:
    """Cross entropy of the scores plus complete IoU of the chosen cells' boxes, one number."""
    logits = logits.transpose(1, 2).float()
    sides = sides.transpose(1, 2).float()
    points = centres.t()[None]
    boxes = torch.cat([points - sides[..., :2], points + sides[..., 2:]], -1)
    owner, value = assign(logits.sigmoid(), boxes, centres, strides, truth)
    chosen = owner >= 0
    rows = owner.clamp(min=0)
    classes = truth[..., 0].long().gather(1, rows).clamp(min=0)
    target = functional.one_hot(classes, logits.shape[-1]) * (value * chosen)[..., None]
    total = target.sum().clamp(min=1)
    cost = functional.binary_cross_entropy_with_logits(logits, target, reduction="sum") / total
    if chosen.any():
        wanted = truth[..., 1:].gather(1, rows[..., None].expand(-1, -1, 4))[chosen]
        loose = (1 - ciou(boxes[chosen], wanted)) * value[chosen]
        cost = cost + BOX_WEIGHT * loose.sum() / total
    return cost
