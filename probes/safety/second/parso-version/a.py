"""Today's grammar."""
import parso
print(parso.parse("x = 1", version="3.11").children[0].type)
