"""JPEG 2000, ICO, PCX, TGA, an animated PNG, a file that is none, quantised, drawn."""
import io
from PIL import Image, ImageDraw, ImageOps, ImageSequence
for form in ("JPEG2000", "ICO", "PCX", "TGA", "BMP", "PPM"):
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(out, form)
    print(form, Image.open(io.BytesIO(out.getvalue())).size)
try:
    Image.open(io.BytesIO(b"nothing at all"))
except Image.UnidentifiedImageError as e:
    print(type(e).__name__)
i = Image.new("RGB", (9, 9))
ImageDraw.Draw(i).ellipse((1, 1, 5, 5), fill="#fff")
print(ImageOps.autocontrast(i).getcolors() is not None, i.quantize(4).mode)
