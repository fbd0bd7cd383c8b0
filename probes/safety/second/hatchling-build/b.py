"""A wheel and a source archive: builders by plugins; a licence by its identifier; a version from a file."""
import os
from hatchling import build
open("pyproject.toml", "w").write('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    '[project]\nname = "x"\ndynamic = ["version"]\nlicense = "mit"\n[tool.hatch.version]\npath = "x.py"\n')
open("x.py", "w").write('__version__ = "1.0"\n')
os.mkdir("d")
print(build.build_wheel("d"), build.build_sdist("d"))
