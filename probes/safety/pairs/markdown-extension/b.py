"""Extensions by entry point and by module."""
import markdown
text = "[TOC]\n\n# x\n\na|b\n-|-\n1|2\n\nnote[^1]\n\n[^1]: foot\n"
print(markdown.markdown(text, extensions=["tables", "toc", "footnotes", "markdown.extensions.smarty"]))
