"""Solved by a program that the package carries; written and read back."""
import pulp
p = pulp.LpProblem("x", pulp.LpMaximize)
a = pulp.LpVariable("a", 0, 3)
p += a
p.solve(pulp.PULP_CBC_CMD(msg=False))
print(pulp.LpStatus[p.status], a.value())
p.writeLP("x.lp")
print(len(open("x.lp").read()) > 20, "PULP_CBC_CMD" in pulp.listSolvers(onlyAvailable=True))
