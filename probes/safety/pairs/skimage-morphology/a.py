"""A blur."""
import numpy as np
from skimage.filters import gaussian
print(round(float(gaussian(np.eye(5)).sum()), 2))
