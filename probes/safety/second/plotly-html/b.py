"""A page with the script in it, another template, a sample data set, subplots, a wrong property."""
import plotly.graph_objects as go, plotly.io, plotly.express as px
from plotly.subplots import make_subplots
f = make_subplots(rows=1, cols=2)
f.add_trace(go.Scatter(y=[1, 2]), 1, 1)
f.update_layout(template="ggplot2")
print(len(f.to_html(include_plotlyjs=True)) > 1000000, f.layout.template.layout.font)
print(px.data.iris().shape, px.colors.sequential.Viridis[0], plotly.io.templates["seaborn"].layout.colorway[:1])
try:
    go.Bar(nothing=1)
except ValueError as e:
    print(str(e).splitlines()[0])
