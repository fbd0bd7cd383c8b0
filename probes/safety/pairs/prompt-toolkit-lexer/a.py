"""Formatted text."""
from prompt_toolkit.formatted_text import HTML, to_formatted_text
print(len(to_formatted_text(HTML("<b>x</b>"))))
