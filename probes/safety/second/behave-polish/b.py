"""A feature in Polish, run: steps, formatters by their names, a report."""
import os
os.makedirs("features/steps")
open("features/x.feature", "w", encoding="utf-8").write("# language: pl\nFunkcja: a\n  Scenariusz: b\n    Zakładając c\n    Wtedy d\n")
open("features/steps/x.py", "w").write("from behave import given, then\n@given('c')\ndef f(x): pass\n@then('d')\ndef g(x): assert False\n")
from behave.__main__ import main
print(main(["--no-color", "--no-source", "-f", "json", "-f", "progress", "--no-timings", "--junit", "--no-summary", "-o", "o", "-o", "p"]))
print(sorted(os.listdir("reports")), main(["--format", "help"]))
