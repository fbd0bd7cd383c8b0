"""A package imported that asks nothing of its metadata."""
import importlib.metadata
print(importlib.metadata.version("click").split(".")[0])
