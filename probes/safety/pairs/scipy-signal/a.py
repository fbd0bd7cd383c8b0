"""A minimum."""
from scipy.optimize import minimize_scalar
print(round(float(minimize_scalar(lambda x: (x - 1) ** 2).x), 3))
