"""English."""
import snowballstemmer
print(snowballstemmer.stemmer("english").stemWord("running"))
