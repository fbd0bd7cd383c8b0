"""Other subpackages, loaded through stub files."""
import numpy as np
import skimage
print(skimage.morphology.disk(1).sum(), skimage.measure.label(np.eye(3)).max(), skimage.color.rgb2gray(np.ones((2, 2, 3))).sum())
print(skimage.data.coins().shape, skimage.segmentation.slic(np.ones((9, 9, 3)), n_segments=2, start_label=1).min())
