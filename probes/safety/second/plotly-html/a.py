"""A figure."""
import plotly.graph_objects as go
print(len(go.Figure(go.Bar(y=[1])).data))
