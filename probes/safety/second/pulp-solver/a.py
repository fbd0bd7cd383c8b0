"""A problem."""
import pulp
print(pulp.LpProblem("x").name)
