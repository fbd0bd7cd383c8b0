"""Plugins by their names, directives, another renderer."""
import mistune
from mistune.directives import RSTDirective, Admonition, TableOfContents
from mistune.renderers.rst import RSTRenderer
m = mistune.create_markdown(plugins=["table", "footnotes", "math", "task_lists", RSTDirective([Admonition(), TableOfContents()])])
print(m("| a | b |\n|---|---|\n| 1 | 2 |\n\na[^1] $x$\n\n[^1]: n\n\n.. note:: t\n\n   b\n"))
print(mistune.create_markdown(renderer=RSTRenderer())("# a\n*b*"))
