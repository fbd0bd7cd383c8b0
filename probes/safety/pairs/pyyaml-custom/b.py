"""An unsafe type that names a module, and the C loader."""
import yaml
print(yaml.load("!!python/name:textwrap.dedent ''", Loader=yaml.UnsafeLoader).__name__)
print(yaml.load("a: 1", Loader=yaml.CSafeLoader), yaml.dump({"a": {1: 2}}, default_flow_style=True).strip())
