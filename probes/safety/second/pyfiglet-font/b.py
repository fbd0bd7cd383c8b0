"""Other fonts, by their names."""
import pyfiglet
for font in ("slant", "banner", "doh"):
    print(pyfiglet.figlet_format("ab", font=font))
