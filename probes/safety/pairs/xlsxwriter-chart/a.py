"""A sheet."""
import io
import xlsxwriter
out = io.BytesIO()
book = xlsxwriter.Workbook(out)
book.add_worksheet().write(0, 0, 1)
book.close()
print(out.getvalue()[:2])
