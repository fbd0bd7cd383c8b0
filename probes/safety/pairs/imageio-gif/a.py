"""A PNG."""
import imageio.v3 as iio, numpy as np
print(iio.imwrite("<bytes>", np.zeros((2, 2, 3), np.uint8), extension=".png")[:4])
