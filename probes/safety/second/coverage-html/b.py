"""Reports: HTML with its style and script, XML, JSON, LCOV."""
import os, sys
import coverage
open("x.py", "w").write("def f(a):\n    if a:\n        return 1\nf(0)\n")
c = coverage.Coverage(data_file=None, branch=True, include=["x.py"])
c.start()
sys.path.insert(0, ".")
import x
c.stop()
print(c.html_report(directory="h") > 10, sorted(n.split("_cb")[0] for n in os.listdir("h") if n != ".gitignore"))
print(c.xml_report(outfile="x.xml") > 10, c.json_report(outfile="x.json") > 10, c.lcov_report(outfile="l") > 10)
