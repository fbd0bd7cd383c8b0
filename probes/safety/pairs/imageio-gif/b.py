"""An animation, and a TIFF through a plugin of another distribution."""
import imageio.v3 as iio, numpy as np
print(iio.imwrite("<bytes>", np.zeros((2, 8, 8, 3), np.uint8), extension=".gif")[:4])
data = iio.imwrite("<bytes>", np.zeros((4, 4), np.float32), extension=".tiff", plugin="tifffile")
print(iio.imread(data, extension=".tiff").dtype)
