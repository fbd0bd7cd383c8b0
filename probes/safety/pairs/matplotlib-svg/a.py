"""A PNG without text."""
import io
import matplotlib
matplotlib.use("agg")
from matplotlib.figure import Figure
out = io.BytesIO()
Figure().savefig(out, format="png")
print(out.getvalue()[:4])
