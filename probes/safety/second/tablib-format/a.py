"""CSV."""
import tablib
print(tablib.Dataset([1, 2], headers=["a", "b"]).export("csv"))
