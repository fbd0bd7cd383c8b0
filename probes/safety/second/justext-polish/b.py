"""Polish, and a language that does not exist."""
import justext
print("oraz" in justext.get_stoplist("Polish"), len(justext.get_stoplist("German")) > 100)
try:
    justext.get_stoplist("Nothing")
except ValueError as e:
    print(type(e).__name__)
print(len(justext.get_stoplists()))
