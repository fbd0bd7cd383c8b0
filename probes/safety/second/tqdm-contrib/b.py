"""Asynchronous, logging, concurrent, the command line, and a notebook's bar without a notebook."""
import asyncio, io, sys
import tqdm.asyncio, tqdm.auto
from tqdm.contrib.concurrent import thread_map
from tqdm.contrib.logging import logging_redirect_tqdm
print(thread_map(abs, [-1, 2], file=io.StringIO()))
async def main():
    return [x async for x in tqdm.asyncio.tqdm(range(2), file=io.StringIO())]
print(asyncio.run(main()))
from tqdm.cli import main as cli
try:
    cli(fp=io.StringIO(), argv=["--help"])
except SystemExit as e:
    print(e.code)
