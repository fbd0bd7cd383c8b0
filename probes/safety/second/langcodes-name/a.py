"""A tag made regular."""
import langcodes
print(langcodes.standardize_tag("en_us"))
