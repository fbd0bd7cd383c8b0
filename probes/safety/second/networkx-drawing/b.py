"""Other formats, a graph from a table in the package, colours, a game of generators, an unknown back end."""
import io
import networkx as nx
from networkx.algorithms import isomorphism, bipartite
print(nx.karate_club_graph().number_of_edges(), nx.graph_atlas(100).number_of_nodes(), len(nx.graph_atlas_g()))
print(nx.to_sparse6_bytes(nx.path_graph(3)), nx.greedy_color(nx.cycle_graph(4)), nx.node_link_data(nx.path_graph(2), edges="links"))
print(nx.is_planar(nx.complete_graph(5)), isomorphism.GraphMatcher(nx.path_graph(3), nx.path_graph(3)).is_isomorphic(), nx.to_latex(nx.path_graph(2))[:20])
try:
    nx.degree_centrality(nx.path_graph(3), backend="nothing")
except ImportError as e:
    print(e)
