"""A type."""
import cffi
print(cffi.FFI().sizeof("int"))
