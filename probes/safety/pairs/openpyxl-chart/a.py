"""A workbook read back."""
import io
import openpyxl
book = openpyxl.Workbook()
book.active["A1"] = 7
out = io.BytesIO()
book.save(out)
print(openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A1"].value)
