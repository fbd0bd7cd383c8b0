"""WebP, TIFF, GIF and PDF."""
import io
from PIL import Image
for form in ("WEBP", "TIFF", "GIF", "PDF"):
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, form)
    print(form, len(out.getvalue()) > 20)
    if form != "PDF":
        print(Image.open(io.BytesIO(out.getvalue())).size)
