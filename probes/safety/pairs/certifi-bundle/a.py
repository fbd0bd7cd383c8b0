"""The package imported."""
import certifi
print(certifi.__name__)
