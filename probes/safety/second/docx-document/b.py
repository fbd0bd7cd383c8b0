"""A document with a header, a footer, a comment, a picture: from templates in the package."""
import io
from docx import Document
from PIL import Image
d = Document()
d.add_heading("a")
run = d.add_paragraph("b", style="List Bullet").add_run("c")
d.sections[0].header.paragraphs[0].text = "h"
d.sections[0].footer.paragraphs[0].text = "f"
d.add_comment(run, text="note", author="n")
png = io.BytesIO()
Image.new("RGB", (4, 4)).save(png, "PNG")
png.seek(0)
d.add_picture(png)
d.add_table(2, 2)
out = io.BytesIO()
d.save(out)
print([p.text for p in Document(io.BytesIO(out.getvalue())).paragraphs])
