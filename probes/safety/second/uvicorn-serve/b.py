"""Served: protocols and loops by names in strings; a log in colours; an answer."""
import asyncio, socket, threading, time, urllib.request
import uvicorn
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hi"})
sock = socket.socket()
sock.bind(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, log_level="error", proxy_headers=True, lifespan="off"))
t = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
t.start()
while not server.started:
    time.sleep(0.1)
    if not t.is_alive():
        raise SystemExit("did not start")
print(urllib.request.urlopen(f"http://127.0.0.1:{sock.getsockname()[1]}/").read())
server.should_exit = True
t.join()
