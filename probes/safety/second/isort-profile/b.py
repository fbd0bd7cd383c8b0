"""A profile, Python 2's own modules, a section placed by force, settings from a file."""
import isort
open("pyproject.toml", "w").write('[tool.isort]\nprofile = "google"\nknown_first_party = ["b"]\n')
print(isort.code("import b\nfrom a import y, x\nimport ConfigParser\n", profile="black", py_version="27"))
print(isort.place_module("ConfigParser", config=isort.Config(py_version="27")))
print(isort.code("import sys, b", config=isort.Config(settings_path=".")))
