"""HTML, a picture, a table, encrypted, and an SVG."""
from fpdf import FPDF
from PIL import Image
pdf = FPDF()
pdf.add_page()
pdf.set_font("times", size=12)
pdf.write_html("<h1>a</h1><ul><li>b</li></ul>")
pdf.image(Image.new("RGB", (4, 4), "red"), w=9)
with pdf.table() as t:
    t.row(["a", "b"])
open("x.svg", "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="3"/></svg>')
pdf.image("x.svg")
pdf.set_encryption("owner")
print(len(pdf.output()) > 900)
