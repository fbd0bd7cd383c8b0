"""Asynchronous: the back end is imported by its name; the command line's help."""
import asyncio, http.server, threading
import httpx
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=s.serve_forever, daemon=True).start()
async def main():
    async with httpx.AsyncClient(trust_env=False) as c:
        print((await c.get(f"http://127.0.0.1:{s.server_port}/")).text)
asyncio.run(main())
try:
    httpx.get("http://127.0.0.1:1/")
except httpx.ConnectError as e:
    print(type(e).__name__)
