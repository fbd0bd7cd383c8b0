"""The extension in C."""
import zstandard
print(zstandard.decompress(zstandard.compress(b"a" * 9)), zstandard.backend)
