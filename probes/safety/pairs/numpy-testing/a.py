"""An inverse."""
import numpy as np
print(np.linalg.det(np.eye(3)))
