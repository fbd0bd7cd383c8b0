"""A JSON answer from a server on loopback."""
import http.server, json, threading
import requests
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"a": 1}')
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=s.serve_forever, daemon=True).start()
print(requests.get(f"http://127.0.0.1:{s.server_port}/").json())
