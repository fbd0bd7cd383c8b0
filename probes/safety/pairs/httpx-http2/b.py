"""HTTP/2 and brotli: extras."""
import brotli
import httpx
body = brotli.compress(b"squeezed")
answer = lambda r: httpx.Response(200, content=body, headers={"Content-Encoding": "br"})
print(httpx.Client(transport=httpx.MockTransport(answer), http2=True).get("http://h/").text)
