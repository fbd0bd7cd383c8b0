"""Other formats by their names: YAML, HTML, LaTeX, a workbook, and an unknown one."""
import tablib
d = tablib.Dataset([1, 2], headers=["a", "b"])
for form in ("json", "html", "latex", "jira", "rst", "yaml"):
    print(d.export(form))
print(len(d.export("xlsx")) > 1000)
try:
    d.export("nothing")
except tablib.exceptions.UnsupportedFormat as e:
    print(e)
