"""A font with tables of computed names, made into a subset and compressed."""
import io
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
fb = FontBuilder(1000)
fb.setupGlyphOrder([".notdef", "A"])
fb.setupCharacterMap({65: "A"})
glyph = TTGlyphPen(None).glyph()
fb.setupGlyf({".notdef": glyph, "A": glyph})
fb.setupHorizontalMetrics({".notdef": (500, 0), "A": (500, 0)})
fb.setupHorizontalHeader(ascent=800, descent=-200)
fb.setupNameTable({"familyName": "F", "styleName": "R"})
fb.setupOS2()
fb.setupPost()
out = io.BytesIO()
fb.save(out)
font = TTFont(io.BytesIO(out.getvalue()))
chooser = subset.Subsetter()
chooser.populate(text="A")
chooser.subset(font)
font.flavor = "woff"
small = io.BytesIO()
font.save(small)
xml = io.StringIO()
font.saveXML(xml)
print(small.getvalue()[:4], sorted(font.keys())[:5], xml.getvalue().count("<"))
