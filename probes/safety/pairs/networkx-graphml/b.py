"""GraphML and GML written and read, communities, a layout of pure Python."""
import io
import networkx as nx
out = io.BytesIO()
nx.write_graphml_xml(nx.path_graph(3), out)
print(nx.read_graphml(io.BytesIO(out.getvalue())).number_of_edges(), len(list(nx.generate_gml(nx.path_graph(2)))))
print(sorted(map(sorted, nx.community.greedy_modularity_communities(nx.barbell_graph(3, 0)))))
