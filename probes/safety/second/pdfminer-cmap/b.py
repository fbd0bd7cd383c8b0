"""Japanese by a character map from the package's data, to HTML and XML."""
import io
from pdfminer.high_level import extract_text_to_fp
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 38>>stream
BT /F 12 Tf 9 9 Td <82a082a2> Tj ET   
endstream
endobj
5 0 obj<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/90ms-RKSJ-H/DescendantFonts[6 0 R]>>endobj
6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor 7 0 R>>endobj
7 0 obj<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 9 9]/ItalicAngle 0/Ascent 9/Descent 0/CapHeight 9/StemV 1>>endobj
trailer<</Root 1 0 R>>
"""
for form in ("text", "html", "xml"):
    out = io.BytesIO()
    extract_text_to_fp(io.BytesIO(PDF), out, output_type=form, codec="utf-8")
    print(out.getvalue().decode("utf-8"))
