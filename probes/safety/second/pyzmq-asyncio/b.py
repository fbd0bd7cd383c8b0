"""Asynchronous, certificates, a device, an authenticator, a log handler, an error's text."""
import asyncio, os
import zmq, zmq.asyncio, zmq.auth, zmq.devices, zmq.log.handlers
from zmq.auth.thread import ThreadAuthenticator
os.mkdir("k")
print(sorted(os.path.basename(p) for p in zmq.auth.create_certificates("k", "x")))
async def main():
    c = zmq.asyncio.Context()
    a, b = c.socket(zmq.PUSH), c.socket(zmq.PULL)
    a.bind("inproc://x")
    b.connect("inproc://x")
    await a.send(b"hi")
    print(await b.recv())
    c.destroy()
asyncio.run(main())
try:
    zmq.Context().socket(zmq.REP).bind("nothing")
except zmq.ZMQError as e:
    print(e)
