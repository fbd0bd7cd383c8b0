"""Slides from a template, with notes and a chart (its workbook by another distribution)."""
import io
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
p = Presentation()
s = p.slides.add_slide(p.slide_layouts[5])
s.shapes.title.text = "a"
s.notes_slide.notes_text_frame.text = "n"
data = CategoryChartData()
data.categories = ["x", "y"]
data.add_series("s", (1, 2))
s.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 999999, 999999, data)
out = io.BytesIO()
p.save(out)
print(len(Presentation(io.BytesIO(out.getvalue())).slides))
