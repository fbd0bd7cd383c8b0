"""Another plugin, and all of a group."""
from stevedore import driver, extension
print(driver.DriverManager("markdown.extensions", "codehilite").driver.__name__)
print("extra" in extension.ExtensionManager("markdown.extensions").names())
