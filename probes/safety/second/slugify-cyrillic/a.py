"""Letters of English."""
from slugify import slugify
print(slugify("A b"))
