"""German and Russian."""
import snowballstemmer
print(snowballstemmer.stemmer("german").stemWord("häuser"), snowballstemmer.stemmer("russian").stemWord("книгами"))
