"""The version of another installed distribution."""
import importlib.metadata
print(importlib.metadata.version("markdown").split(".")[0])
