"""The version."""
import runpy, sys
sys.argv = ["pip", "--version"]
try:
    runpy.run_module("pip", run_name="__main__")
except SystemExit as e:
    print(e.code)
