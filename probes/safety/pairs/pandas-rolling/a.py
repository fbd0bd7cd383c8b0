"""A sum."""
import pandas as pd
print(pd.Series([1, 2, 3]).sum())
