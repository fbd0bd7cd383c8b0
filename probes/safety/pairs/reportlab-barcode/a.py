"""A line of Helvetica."""
import io
from reportlab.pdfgen.canvas import Canvas
out = io.BytesIO()
c = Canvas(out, invariant=1)
c.drawString(9, 9, "x")
c.save()
print(out.getvalue()[:5])
