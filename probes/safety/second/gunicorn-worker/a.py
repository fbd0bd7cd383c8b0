"""The settings."""
from gunicorn.config import Config
print(Config().settings["bind"].get())
