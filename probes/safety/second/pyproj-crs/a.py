"""A distance on the ellipsoid."""
from pyproj import Geod
print(round(Geod(ellps="WGS84").inv(0, 0, 1, 1)[2]))
