"""Encryption: its back end is one of two optional distributions."""
import io
from pypdf import PdfReader, PdfWriter
w = PdfWriter()
w.add_blank_page(9, 9)
w.encrypt("u", "o", algorithm="AES-256")
out = io.BytesIO()
w.write(out)
print(PdfReader(io.BytesIO(out.getvalue()), password="u").pages[0].mediabox.width)
