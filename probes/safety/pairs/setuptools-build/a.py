"""Version arithmetic only."""
import setuptools
print(callable(setuptools.find_packages))
