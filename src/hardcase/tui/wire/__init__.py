"""What goes over the line: the cells that changed, at the fidelity and pace the line allows.

Textual sends a whole dirty region from its widget's left edge, each segment with all its codes, and
queues updates without asking whether the last one has arrived. Here, once for every widget:

- `parts` has the compositor render what changed and shows, and nothing beside it,
- `cells` turns an update of the compositor into a grid of cells (what the screen should show),
- `front` keeps what the terminal does show, and finds the cells that differ,
- `lossy` finds the cells of pictures, which may be off a little; text is exact,
- `mosaic`, `inks` and `trellis` draw a picture as it costs least at a price of bytes in error, and
  dither it where the terminal has but a palette (`named`); `rate` finds the price that fits,
- `encode` writes the cells with the fewest moves and colour codes,
- `line` measures the line and says how much may be under way,
- `driver`, `wired` and `at_once` tie this to Textual, and step aside where Textual is not as
  expected.

Upstream, two things would make this a plain plug-in: a hook that gets a `CompositorUpdate` before
it is rendered to text, and a driver that says when what it was given has been written.
"""
