"""Text of an unknown character set, an upload, a wrong host name, SOCKS, a certificate store."""
import http.server, os, threading
import requests
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("Съешь ещё этих мягких французских булок. " * 5).encode("cp1251"))
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=s.serve_forever, daemon=True).start()
r = requests.post(f"http://127.0.0.1:{s.server_port}/", files={"f": b"x"}, auth=("u", "p"))
print(r.text[:5])
for url, proxies in (("http://127.0.0.1:1/", {}), ("http://127.0.0.1:2/", {"http": "socks5h://127.0.0.1:1"})):
    try:
        requests.get(url, proxies=proxies)
    except requests.ConnectionError as e:
        print(type(e).__name__)
print(os.path.getsize(requests.certs.where()) > 100000)
