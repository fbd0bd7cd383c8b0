"""A sum."""
import numpy as np
print(np.arange(5).sum())
