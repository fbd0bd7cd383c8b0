"""A version, a resource and entry points through pkg_resources."""
import warnings
warnings.simplefilter("ignore")
import pkg_resources
print(pkg_resources.get_distribution("setuptools").project_name)
print(pkg_resources.resource_exists("setuptools", "script.tmpl"))
print(pkg_resources.load_entry_point("setuptools", "distutils.commands", "sdist").__name__)
