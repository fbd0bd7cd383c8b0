"""Signals, statistics, a Matlab file, a tree, an integral: other subpackages."""
import io
import numpy as np
import scipy
print(scipy.signal.savgol_filter(np.arange(7.0), 5, 2).round(3).tolist(), round(scipy.stats.norm.cdf(1.96), 3))
out = io.BytesIO()
scipy.io.savemat(out, {"a": np.eye(2)})
print(scipy.io.loadmat(io.BytesIO(out.getvalue()))["a"].sum(), scipy.spatial.KDTree(np.eye(2)).n, scipy.integrate.quad(lambda x: x, 0, 1)[0])
