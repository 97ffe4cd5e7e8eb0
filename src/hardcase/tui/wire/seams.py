"""Whether Textual is as expected where its private parts are used."""

from __future__ import annotations

import inspect


def surprises() -> list[str]:
    """Return what is otherwise than in the Textual versions supported, nothing if all is well."""
    try:
        from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate  # noqa: PLC0415
        from textual.app import App  # noqa: PLC0415
        from textual.drivers._writer_thread import WriterThread  # noqa: PLC0415
        from textual.drivers.linux_driver import LinuxDriver  # noqa: PLC0415
        from textual.screen import Screen  # noqa: PLC0415
        from textual.widget import Widget  # noqa: PLC0415
    except ImportError as error:
        return [str(error)]
    expected: list[tuple[object, tuple[str, ...]]] = [
        (App._display, ("self", "screen", "renderable")),  # noqa: SLF001 - that is the point
        (App.get_driver_class, ("self",)),
        (LayoutUpdate.__init__, ("self", "strips", "region")),
        (ChopsUpdate.__init__, ("self", "chops", "spans", "chop_ends")),
        (Compositor.render_update, ("self", "full", "screen_stack", "simplify")),
        (Compositor.render_full_update, ("self", "simplify")),
        (Compositor.render_partial_update, ("self",)),
        (vars(Compositor)["visible_widgets"].fget, ("self",)),
        (Screen._on_idle, ("self", "event")),  # noqa: SLF001 - it asks the clock to paint
        (Screen._on_timer_update, ("self",)),  # noqa: SLF001 - the clock
        (Widget._check_refresh, ("self",)),  # noqa: SLF001 - of what a widget has to tell
        (Widget.render_lines, ("self", "crop")),
        (LinuxDriver.write, ("self", "data")),
        (LinuxDriver.process_message, ("self", "message")),
        (LinuxDriver.start_application_mode, ("self",)),
        (LinuxDriver.stop_application_mode, ("self",)),
        (WriterThread.__init__, ("self", "file")),
    ]
    found = []
    for function, wanted in expected:
        names = tuple(inspect.signature(function).parameters)  # type: ignore[arg-type]
        if names != wanted:
            name = getattr(function, "__qualname__", "?")
            found.append(f"{name} takes {', '.join(names)}; expected {', '.join(wanted)}")
    return found
