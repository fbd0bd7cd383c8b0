"""A blank page."""
import io
from pypdf import PdfWriter
w = PdfWriter()
w.add_blank_page(9, 9)
out = io.BytesIO()
w.write(out)
print(out.getvalue()[:5])
