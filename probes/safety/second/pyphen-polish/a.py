"""English."""
import pyphen
print(pyphen.Pyphen(lang="en_US").inserted("hyphenation"))
