"""A constant."""
from vaderSentiment import vaderSentiment
print(vaderSentiment.B_INCR)
