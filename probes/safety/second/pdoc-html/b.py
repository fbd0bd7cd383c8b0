"""Pages: templates, style, highlighted source, a search index, a diagram's script."""
import pathlib, sys
open("x.py", "w").write('"""A *module*.\n\n$x$"""\ndef f(a: int) -> str:\n    """F."""\n')
sys.path.insert(0, ".")
import pdoc
pdoc.render.configure(docformat="google", math=True, mermaid=True)
print(len(pdoc.pdoc("x")) > 9000)
pdoc.pdoc("x", output_directory=pathlib.Path("o"))
print(sorted(p.name for p in pathlib.Path("o").iterdir()))
