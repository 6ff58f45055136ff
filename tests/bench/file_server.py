"""The plainest server that keeps what it acknowledges: a synced file per object. It ends with its standard input."""

import asyncio
import os
import sys
from pathlib import Path

from aiohttp import web


async def main(root: Path) -> None:
    app = web.Application(client_max_size=1 << 30)
    app.add_routes(
        [web.put("/{name}", lambda request: _put(root, request)), web.get("/{name}", lambda request: _get(root, request))]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("http://{}:{}/".format(*runner.addresses[0][:2]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


async def _put(root: Path, request: web.Request) -> web.Response:
    await asyncio.to_thread(_write, root / request.match_info["name"], await request.read())
    return web.Response(status=201)


async def _get(root: Path, request: web.Request) -> web.StreamResponse:
    return web.FileResponse(root / request.match_info["name"])


def _write(path: Path, body: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
