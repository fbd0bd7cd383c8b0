"""The small layer, used the way a smoke test uses a layer."""
import alpha

print(alpha.greet("layer"))
