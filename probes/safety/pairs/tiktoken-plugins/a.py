"""The package."""
import tiktoken
print(tiktoken.Encoding.__name__)
