"""WebSockets, as much of them (RFC 6455) as the bench of live conversations needs: texts, both sides, on asyncio."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import Awaitable, Callable

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Socket:
    """One side of a conversation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_client: bool) -> None:
        self._reader, self._writer, self._is_client = reader, writer, is_client

    async def send(self, text: str) -> None:
        """Sends a text."""
        self._write(_TEXT, text.encode())
        await self._writer.drain()

    async def receive(self) -> str | None:
        """The next text; `None` at the end."""
        whole = b""
        while True:
            try:
                first, second = await self._reader.readexactly(2)
                length = second & 0x7F
                if length >= 126:
                    length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8))
                mask = await self._reader.readexactly(4) if second & 0x80 else b""
                payload = await self._reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if mask:
                payload = _masked(payload, mask)
            code = first & 0x0F
            if code == _CLOSE:
                return None
            if code == _PING:
                self._write(_PONG, payload)
            if code > _CLOSE:
                continue
            whole += payload
            if first & 0x80:
                return whole.decode()

    def _write(self, code: int, payload: bytes) -> None:
        masked = 0x80 if self._is_client else 0
        length = len(payload)
        if length < 126:
            head = bytes([0x80 | code, masked | length])
        elif length < 1 << 16:
            head = bytes([0x80 | code, masked | 126]) + length.to_bytes(2)
        else:
            head = bytes([0x80 | code, masked | 127]) + length.to_bytes(8)
        if self._is_client:
            # A mask of zeros is a mask, and costs this side nothing.
            head += bytes(4)
        self._writer.write(head + payload)

    def vanish(self) -> None:
        """Ends the connection without a goodbye."""
        self._writer.transport.abort()


def _masked(payload: bytes, mask: bytes) -> bytes:
    if not any(mask):
        return payload
    number = int.from_bytes((mask * (len(payload) // 4 + 1))[: len(payload)])
    return (int.from_bytes(payload) ^ number).to_bytes(len(payload))


async def connect(port: int, path: str) -> Socket:
    """Opens a conversation with a server on this machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(head.decode(errors="replace"))
    return Socket(reader, writer, is_client=True)


async def serve(talk: Callable[[Socket], Awaitable[None]]) -> tuple[asyncio.Server, int]:
    """Holds each conversation by `talk`, on a port of the system's choosing."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = [line.partition(b":") for line in head.split(b"\r\n")]
            key = next(value.strip() for name, _, value in lines if name.lower() == b"sec-websocket-key")
            answer = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
            writer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         f"Sec-WebSocket-Accept: {answer}\r\n\r\n".encode())
            await talk(Socket(reader, writer, is_client=False))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The bench is over, or the other side.
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]
