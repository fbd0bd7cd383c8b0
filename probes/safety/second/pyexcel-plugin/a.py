"""A sheet from rows."""
import pyexcel
print(pyexcel.Sheet([[1, 2]]).number_of_rows())
