"""A line of Helvetica."""
from fpdf import FPDF
pdf = FPDF()
pdf.add_page()
pdf.set_font("helvetica", size=12)
pdf.cell(text="a")
print(len(pdf.output()) > 500)
