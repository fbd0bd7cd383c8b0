"""A plugin by its entry point."""
from stevedore import driver
print(driver.DriverManager("markdown.extensions", "tables").driver.__name__)
