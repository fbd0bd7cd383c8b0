"""A font made in memory."""
import io
from fontTools.fontBuilder import FontBuilder
fb = FontBuilder(1000)
fb.setupGlyphOrder([".notdef"])
fb.setupCharacterMap({})
fb.setupHead()
print(fb.font["head"].unitsPerEm)
