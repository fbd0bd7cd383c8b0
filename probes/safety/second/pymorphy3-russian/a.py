"""The tag's class."""
from pymorphy3.tagset import OpencorporaTag
print(OpencorporaTag.__name__)
