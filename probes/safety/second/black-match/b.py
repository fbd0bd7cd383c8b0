"""Formatting: a parser with grammars as data; the command line; invalid input."""
import black
print(black.format_str("match  x:\n  case 1 : pass", mode=black.Mode(target_versions={black.TargetVersion.PY310})))
print(black.format_str("print( 'a' )\nasync  def f(): pass", mode=black.Mode()))
try:
    black.format_str("x = = 1", mode=black.Mode())
except black.InvalidInput as e:
    print(e)
from click.testing import CliRunner
print(CliRunner().invoke(black.main, ["--code", "x =  1", "--diff"]).output.splitlines()[-1])
