"""A request prepared."""
import requests
print(requests.Request("GET", "http://h/").prepare().url)
