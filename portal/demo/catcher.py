"""The SMTP catcher of demonstration mode: every mail becomes a file, and none leaves the machine.

A process of its own: `python -m portal.demo.catcher PORT FOLDER`.
"""

import asyncio
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.demo.mailbox import store

LARGEST = 10 * 2**20
"""Bytes of a mail."""


class Catcher:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.to_thread(store, self.folder, envelope.original_content or b"")
        return "250 Kept"


async def serve(port: int, folder: Path) -> None:
    """Takes mail on 127.0.0.1 until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def smtp() -> SMTP:
        return SMTP(
            Catcher(folder), hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop
        )

    server = await loop.create_server(smtp, "127.0.0.1", port)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
