"""Markdown."""
import mistune
print(mistune.html("*a*"))
