"""A server and its client, found by lazy imports."""
import asyncio
import websockets
async def echo(ws):
    async for message in ws:
        await ws.send(message)
async def main():
    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as ws:
            await ws.send("hi")
            print(await ws.recv())
asyncio.run(main())
