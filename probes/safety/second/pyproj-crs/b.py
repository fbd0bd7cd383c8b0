"""A reference system from the database, and a transformation."""
from pyproj import CRS, Transformer
print(CRS.from_epsg(2180).name, CRS.from_epsg(2180).area_of_use.name)
print([round(x) for x in Transformer.from_crs(4326, 2180).transform(52, 21)])
