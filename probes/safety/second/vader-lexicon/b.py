"""A sentence: a lexicon and a list of emoji beside the module."""
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
print(SentimentIntensityAnalyzer().polarity_scores("This is great \U0001f600"))
