"""Commands by their names: hash, help, check of an index, an installation that fails."""
import contextlib, io, sys
from pip._internal.cli.main import main
open("x", "w").write("a")
print(main(["hash", "x"]), main(["help", "wheel"]))
print(main(["install", "--no-index", "--target", "t", "nothing-of-this-name"]))
