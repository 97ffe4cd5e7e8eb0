"""Painted scenes: fruit on a market table (detection) and single flowers (classification).

Everything is drawn with numpy from a `numpy.random.Generator`, so a seed gives the same picture.
Colours are linear light, float32, 0 to 1, until `difficulty.photograph` turns them into sRGB bytes.
"""
