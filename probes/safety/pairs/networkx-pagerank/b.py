"""Rank: numpy and scipy, imported inside functions and not declared."""
import networkx as nx
print(round(nx.pagerank(nx.path_graph(3))[1], 3))
