"""Emoji, Markdown, a highlighted listing, a traceback, a spinner and pretty values."""
from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.tree import Tree
console = Console(width=40, force_terminal=False)
console.print(":pile_of_poo:", Markdown("# x\n\n- y"), Syntax("select 1", "sql"), Tree("t"))
try:
    1 / 0
except ZeroDivisionError:
    console.print_exception(width=60, extra_lines=0, suppress=[])
print(console.status("x").renderable is not None)
