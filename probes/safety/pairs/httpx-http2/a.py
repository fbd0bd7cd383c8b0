"""One answer from a transport of the test's own."""
import httpx
print(httpx.Client(transport=httpx.MockTransport(lambda r: httpx.Response(200, text="ok"))).get("http://h/").text)
