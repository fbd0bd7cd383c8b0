"""Three dimensions, a contour, a colour map, dates and a table of a hatch."""
import datetime, io
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
ax = plt.figure().add_subplot(projection="3d")
ax.plot([1, 2], [1, 2], [1, 2])
plt.figure()
plt.contourf([[1, 2], [3, 4]], cmap="viridis")
plt.figure()
plt.plot([datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)], [1, 2])
plt.table([["a"]])
plt.savefig(io.BytesIO(), format="jpg")
print("drawn")
