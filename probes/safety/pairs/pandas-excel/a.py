"""A frame described."""
import pandas as pd
print(pd.DataFrame({"a": [1, 2, 3]}).describe().loc["mean", "a"])
