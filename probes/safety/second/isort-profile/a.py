"""Two lines."""
import isort
print(isort.code("import b\nimport a\n"))
