"""Another implementation, chosen by the environment."""
import os
os.environ["PYTHON_ZSTANDARD_IMPORT_POLICY"] = "cffi"
import zstandard
print(zstandard.backend, zstandard.decompress(zstandard.compress(b"a" * 9)))
