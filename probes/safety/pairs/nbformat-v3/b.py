"""An old notebook, read and raised to today's form."""
import json
import nbformat
old = json.dumps({"metadata": {"name": "n"}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["x"]}], "metadata": {}}]})
nbformat.validate(nbformat.reads(old, as_version=3))
print(nbformat.reads(old, as_version=4).cells[0].source)
print(nbformat.writes(nbformat.reads(old, as_version=4), version=3)[:1])
