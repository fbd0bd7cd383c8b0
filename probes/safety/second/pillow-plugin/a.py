"""A PNG opened."""
import io
from PIL import Image
out = io.BytesIO()
Image.new("RGB", (4, 4), "red").save(out, "PNG")
print(Image.open(io.BytesIO(out.getvalue())).format)
