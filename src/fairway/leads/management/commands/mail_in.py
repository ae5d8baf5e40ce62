"""The process that takes forwarded mails."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from fairway.leads.mail_in import serve


class Command(BaseCommand):
    help = "Take forwarded mails by SMTP and keep them as drafts of leads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_until_told(options["host"], options["port"]))


async def _until_told(host: str, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(host, port, stop)
