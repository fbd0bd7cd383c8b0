"""pkg_resources imported, as old packages do."""
import warnings
warnings.simplefilter("ignore")
import pkg_resources
print(pkg_resources.parse_version("1.10") > pkg_resources.parse_version("1.9"))
