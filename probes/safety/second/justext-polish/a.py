"""English."""
import justext
print(len(justext.justext(b"<p>the cat sat on the mat and it was a very long day for it</p>", justext.get_stoplist("English"))))
