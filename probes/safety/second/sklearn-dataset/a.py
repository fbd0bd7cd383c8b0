"""A line fitted."""
from sklearn.linear_model import LinearRegression
print(LinearRegression().fit([[0], [1]], [0, 1]).coef_.round(3))
