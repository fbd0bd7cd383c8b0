"""A PNG."""
import io
from PIL import Image
out = io.BytesIO()
Image.new("RGB", (4, 4), "red").save(out, "PNG")
print(len(out.getvalue()))
