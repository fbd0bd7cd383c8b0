"""Certificates that the package carries, a server, asynchronous, a status that fails."""
import asyncio
from concurrent import futures
import grpc, grpc.aio
print(grpc.ssl_channel_credentials() is not None, grpc.secure_channel("127.0.0.1:1", grpc.ssl_channel_credentials()) is not None)
s = grpc.server(futures.ThreadPoolExecutor(1))
port = s.add_insecure_port("127.0.0.1:0")
s.start()
try:
    grpc.insecure_channel(f"127.0.0.1:{port}").unary_unary("/x/Y")(b"a", timeout=9)
except grpc.RpcError as e:
    print(e.code())
s.stop(0)
async def main():
    async with grpc.aio.insecure_channel("127.0.0.1:1") as c:
        try:
            await c.unary_unary("/x/Y")(b"", timeout=1)
        except grpc.aio.AioRpcError as e:
            print(type(e).__name__)
asyncio.run(main())
