"""Random numbers, Fourier transform, polynomials and masked arrays: imported when named."""
import numpy as np
print(np.random.default_rng(1).integers(0, 100, 3).tolist())
print(np.fft.fft([1, 0, 0, 0]).real.tolist(), np.polynomial.Polynomial([1, 2])(3), np.ma.array([1, 2], mask=[0, 1]).sum())
