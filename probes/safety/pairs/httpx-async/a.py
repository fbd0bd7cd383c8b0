"""A client that asks nothing."""
import httpx
print(httpx.Request("GET", "http://h/").url)
