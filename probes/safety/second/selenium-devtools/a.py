"""A key."""
from selenium.webdriver.common.keys import Keys
print(ascii(Keys.ENTER))
