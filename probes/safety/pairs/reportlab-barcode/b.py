"""Flowables, a bar code, a chart, a TrueType font and an Asian one."""
import io
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
out = io.BytesIO()
SimpleDocTemplate(out, invariant=1).build([Paragraph("<font name=Vera>x</font><font name='HeiseiMin-W3'>日本</font>", getSampleStyleSheet()["Normal"]), Table([["a"]]), createBarcodeDrawing("QR", value="x"), createBarcodeDrawing("Code128", value="x")])
print(len(out.getvalue()) > 1000, VerticalBarChart().getBounds() is not None)
