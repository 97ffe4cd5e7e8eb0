"""What of a profile a person may say otherwise, each with the profile it would make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from hardcase.inference.profile.schema import Activation, Color, Fit, InputSpec, Layout, Profile
from hardcase.inference.recognition.conventions import (
    CIFAR_MEAN,
    CIFAR_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardcase.inference.recognition import Recognition

    Triple = tuple[float, float, float]

__all__ = ["Aspect", "aspects", "pixel_variants"]


class Option(NamedTuple):
    """One way to say an aspect, and the whole profile that comes of it."""

    words: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something of a profile that may be otherwise. `options` has at least two, one `chosen`."""

    title: str
    options: tuple[Option, ...]
    chosen: int

    def stepped(self, step: int) -> Profile:
        """Return the profile of the option so many steps on from the chosen one, round."""
        return self.options[(self.chosen + step) % len(self.options)].profile

    @property
    def words(self) -> str:
        """The words of the chosen option."""
        return self.options[self.chosen].words


_ZEROS: Triple = (0.0, 0.0, 0.0)
_ONES: Triple = (1.0, 1.0, 1.0)

_PIXELS: tuple[tuple[str, float, Triple, Triple], ...] = (
    ("0 to 1", 255.0, _ZEROS, _ONES),
    ("ImageNet's mean", 255.0, IMAGENET_MEAN, IMAGENET_STD),
    ("-1 to 1", 127.5, _ONES, _ONES),
    ("0 to 255", 1.0, _ZEROS, _ONES),
    ("CIFAR's mean", 255.0, CIFAR_MEAN, CIFAR_STD),
)
"""How pixels of 0-255 are scaled: in words, then `scale`, `mean` and `std` of red, green, blue."""

_FITS = {
    Fit.LETTERBOX: "letterbox, centred",
    Fit.LETTERBOX_TOP_LEFT: "letterbox, top left",
    Fit.STRETCH: "stretched",
    Fit.CENTER_CROP: "its middle",
}
_SCORES = {
    Activation.NONE: "as they are",
    Activation.SIGMOID: "sigmoid",
    Activation.SOFTMAX: "softmax",
}
_COLOURS = {Color.RGB: "RGB", Color.BGR: "BGR"}
_LAYOUTS = {Layout.NCHW: "channels first", Layout.NHWC: "channels last"}


def aspects(profile: Profile, found: Recognition | None) -> tuple[Aspect, ...]:
    """Return what may be said otherwise of a profile: family, pixels, colours, fit, scores, layout.

    `found` is what recognition said of the model, if it said something. What cannot be otherwise is
    left out.
    """
    spec = profile.input
    fixed = found is not None and found.fixed_pixels
    out = [_families(profile, found)]
    if not fixed:
        out.append(_aspect("pixels", profile, _pixels(profile)))
    out.append(
        _aspect(
            "colours",
            profile,
            [(w, _fed(profile, recoloured(spec, c))) for c, w in _COLOURS.items()],
        )
    )
    fits = [(words, _fed(profile, replace(spec, fit=fit))) for fit, words in _FITS.items()]
    out.append(_aspect("fit", profile, fits))
    out.append(_aspect("scores", profile, _scores(profile, found)))
    if found is not None and found.free_layout:
        layouts = [(w, _fed(profile, replace(spec, layout=way))) for way, w in _LAYOUTS.items()]
        out.append(_aspect("layout", profile, layouts))
    return tuple(aspect for aspect in out if len(aspect.options) > 1)


def pixel_variants(profile: Profile) -> list[tuple[str, Profile]]:
    """Return a profile with every usual scale of pixels and order of colours, and what that is."""
    return [
        (f"{words}, {name}", replace(scaled, input=recoloured(scaled.input, colour)))
        for colour, name in _COLOURS.items()
        for words, scaled in _pixels(profile)
    ]


def recoloured(spec: InputSpec, colour: Color) -> InputSpec:
    """Return an input that takes its channels in an order, each scaled as it was."""
    if colour is spec.color:
        return spec
    return replace(spec, color=colour, mean=_turned(spec.mean), std=_turned(spec.std))


def _scores(profile: Profile, found: Recognition | None) -> list[tuple[str, Profile]]:
    """Return the profile for each way to read scores; a softmax may take one class for nothing."""
    kin = (*found.others, found.profile) if found is not None else ()
    options = []
    for activation in profile.decoder.family.activations:
        told = [p for p in kin if (p.decoder, p.activation) == (profile.decoder, activation)]
        made = replace(profile, activation=activation)
        if told and activation is not profile.activation:
            made = told[0]
        options.append((_SCORES[activation], made))
    return options


def _families(profile: Profile, found: Recognition | None) -> Aspect:
    known = [found.profile, *found.others] if found is not None else []
    others = [p for p in known if p.decoder is not profile.decoder]
    options = [profile, *others]
    options.sort(key=lambda p: _place(p, known))
    pairs = [(p.decoder.family.title, p) for p in options]
    return _aspect("family", profile, pairs)


def _place(profile: Profile, known: Sequence[Profile]) -> int:
    """Return where a family stands in the list, so that it does not move when chosen."""
    return next((n for n, p in enumerate(known) if p.decoder is profile.decoder), -1)


def _pixels(profile: Profile) -> list[tuple[str, Profile]]:
    spec = profile.input
    options = []
    for words, scale, mean, std in _PIXELS:
        turned = spec.color is Color.BGR
        middle, spread = (_turned(mean), _turned(std)) if turned else (mean, std)
        options.append((words, _fed(profile, replace(spec, scale=scale, mean=middle, std=spread))))
    return options


def _aspect(title: str, profile: Profile, options: Iterable[tuple[str, Profile]]) -> Aspect:
    """Return an aspect; a profile that none of the options describes comes first."""
    found = [Option(words, made) for words, made in options]
    if all(option.profile != profile for option in found):
        found.insert(0, Option("as found", profile))
    chosen = next(n for n, option in enumerate(found) if option.profile == profile)
    return Aspect(title, tuple(found), chosen)


def _fed(profile: Profile, spec: InputSpec) -> Profile:
    return replace(profile, input=spec)


def _turned(triple: Triple) -> Triple:
    return triple[2], triple[1], triple[0]
