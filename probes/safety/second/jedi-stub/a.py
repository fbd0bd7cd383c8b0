"""A name of the text itself."""
import jedi
print([c.name for c in jedi.Script("abcd = 1\nabc").complete(2, 3)])
