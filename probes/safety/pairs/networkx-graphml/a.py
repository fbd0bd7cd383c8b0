"""Components."""
import networkx as nx
print(nx.number_connected_components(nx.empty_graph(3)))
