"""The encodings that plugins bring."""
import tiktoken
print(tiktoken.list_encoding_names())
