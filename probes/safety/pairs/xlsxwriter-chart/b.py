"""Charts, a picture made by another library, and conditional formats."""
import io
import xlsxwriter
out = io.BytesIO()
book = xlsxwriter.Workbook(out, {"in_memory": True})
sheet = book.add_worksheet()
sheet.conditional_format("A1:A3", {"type": "3_color_scale"})
for kind in ("pie", "radar", "stock"):
    chart = book.add_chart({"type": kind})
    chart.add_series({"values": "=Sheet1!$A$1:$A$3"})
    sheet.insert_chart("D2", chart)
book.close()
print(out.getvalue().count(b"xl/charts/chart3.xml"))
