"""Without extensions."""
import markdown
print(markdown.markdown("# x\n\n*y*"))
