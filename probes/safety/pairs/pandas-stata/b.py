"""Stata and fixed width, both imported when asked for."""
import io
import pandas as pd
frame = pd.DataFrame({"a": [1.0, 2.0]})
out = io.BytesIO()
frame.to_stata(out, write_index=False)
print(pd.read_stata(io.BytesIO(out.getvalue()))["a"].sum(), pd.read_fwf(io.StringIO("x y\n1 2")).shape)
