"""A wheel built from a pyproject.toml: build back end, commands, validation."""
import contextlib, io, os, tempfile
os.chdir(tempfile.mkdtemp())
with open("pyproject.toml", "w") as f:
    f.write('[project]\nname = "p"\nversion = "1"\n[tool.setuptools]\npy-modules = ["p"]\n')
open("p.py", "w").close()
import setuptools.build_meta
with contextlib.redirect_stdout(io.StringIO()):
    name = setuptools.build_meta.build_wheel(".")
print(name)
