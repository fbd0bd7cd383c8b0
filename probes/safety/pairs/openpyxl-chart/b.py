"""Charts, a picture, formulas."""
import io
import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.formula import Tokenizer
from openpyxl.drawing.image import Image
from PIL import Image as Picture
picture = io.BytesIO()
Picture.new("RGB", (2, 2)).save(picture, "PNG")
book = openpyxl.Workbook()
book.active.append([1, 2])
chart = BarChart()
chart.add_data(Reference(book.active, min_col=1, min_row=1, max_col=2))
book.active.add_chart(chart, "D1")
book.active.add_image(Image(picture), "A9")
out = io.BytesIO()
book.save(out)
print(len(Tokenizer("=SUM(A1:B2)").items), out.getvalue().count(b"xl/charts/chart1.xml") > 0)
