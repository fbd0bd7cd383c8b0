"""Excel: its engine is an optional distribution."""
import io
import pandas as pd
out = io.BytesIO()
pd.DataFrame({"a": [1, 2]}).to_excel(out, index=False, engine="openpyxl")
print(pd.read_excel(io.BytesIO(out.getvalue()))["a"].sum())
