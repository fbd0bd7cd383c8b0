"""SVG, PDF and PostScript with text, mathematics and a style."""
import io
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.style.use("ggplot")
fig, ax = plt.subplots()
ax.set_title(r"$\frac{a}{b}$ title")
for form in ("svg", "pdf", "ps"):
    out = io.BytesIO()
    fig.savefig(out, format=form)
    print(form, len(out.getvalue()) > 5000)
