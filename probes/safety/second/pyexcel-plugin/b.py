"""CSV, TSV and text: plugins by their names."""
import pyexcel
s = pyexcel.get_sheet(array=[[1, 2], [3, 4]])
print(s.csv, s.tsv)
print(pyexcel.get_sheet(file_type="csv", file_content="a,b\n1,2", name_columns_by_row=0).to_dict())
print(s)
