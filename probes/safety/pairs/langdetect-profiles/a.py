"""The exception only."""
from langdetect import LangDetectException
print(LangDetectException.__name__)
