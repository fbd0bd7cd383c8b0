"""A table from CSV."""
import io
import pandas as pd
print(pd.read_csv(io.StringIO("a,b\n1,2\n3,4"))["a"].sum())
