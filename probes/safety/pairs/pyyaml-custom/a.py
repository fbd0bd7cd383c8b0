"""The safe loader."""
import yaml
print(yaml.safe_load("a: [1, 2]"))
