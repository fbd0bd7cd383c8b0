"""A session: cookies, digest, a proxy of an environment, certificates, redirects, a retry, help on versions."""
import http.server, threading
import requests, requests.help
from requests.adapters import HTTPAdapter
from requests.auth import HTTPDigestAuth
from urllib3.util.retry import Retry
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302 if self.path == "/" else 200)
        self.send_header("Location", "/x"); self.send_header("Content-Length", "5"); self.send_header("Set-Cookie", "a=b")
        self.end_headers(); self.wfile.write("zażół".encode("cp1250"))
    def log_message(self, *a): pass
h = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=h.serve_forever, daemon=True).start()
s = requests.Session()
s.mount("http://", HTTPAdapter(max_retries=Retry(1)))
r = s.get(f"http://127.0.0.1:{h.server_port}/", auth=HTTPDigestAuth("a", "b"))
print(r.status_code, r.history, dict(s.cookies), r.apparent_encoding is not None, requests.certs.where()[-10:])
try:
    s.get("https://127.0.0.1:1/")
except requests.ConnectionError as e:
    print(type(e).__name__)
print(requests.help.info()["implementation"]["name"])
