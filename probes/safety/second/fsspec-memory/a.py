"""A local file."""
import fsspec
print(type(fsspec.filesystem("file")).__name__)
