"""ASCII."""
import chardet
print(chardet.detect(b"hello")["encoding"])
