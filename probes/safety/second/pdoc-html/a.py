"""A module's document as data."""
import pdoc.doc, pdoc.extract
print(pdoc.doc.Module.__name__)
