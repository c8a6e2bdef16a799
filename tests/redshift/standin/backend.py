"""The session with PostgreSQL behind a client's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .messages import Field, error_text, fields, message, read, start_up

IDLE, IN_TRANSACTION, FAILED = b"I", b"T", b"E"


class BackendError(Exception):
    """PostgreSQL refused a statement; `body` is its ErrorResponse."""

    def __init__(self, body: bytes) -> None:
        super().__init__(error_text(body))
        self.body = body


@dataclass
class Answer:
    """What a statement gave: its tag, and the rows of a COPY TO."""

    tag: bytes = b""
    copied: list[bytes] = field(default_factory=list)


class Backend:
    """A connection to PostgreSQL, in the client's name."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader, self.writer = reader, writer
        self.state = IDLE

    @classmethod
    async def connect(cls, port: int, parameters: dict[str, str]) -> "Backend":
        """Open a session; the password is asked of the client."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        writer.write(start_up(parameters))
        return cls(reader, writer)

    async def execute(
        self, sql: str, rows: AsyncIterator[bytes] | None = None
    ) -> Answer:
        """Run a statement in the transaction of the client; `rows` feed COPY FROM."""
        self.writer.write(message(b"Q", sql.encode() + b"\0"))
        answer, refused = Answer(), None
        while True:
            code, body = await read(self.reader)
            if code == b"E":
                refused = body
            elif code == b"G":
                await self._feed(rows)
            elif code == b"d":
                answer.copied.append(body)
            elif code == b"C":
                answer.tag = body
            elif code == b"Z":
                self.state = body
                if refused is not None:
                    raise BackendError(refused)
                return answer

    async def _feed(self, rows: AsyncIterator[bytes] | None) -> None:
        try:
            if rows is not None:
                async for block in rows:
                    self.writer.write(message(b"d", block))
                    await self.writer.drain()
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            self.writer.write(message(b"f", told.encode() + b"\0"))
        else:
            self.writer.write(message(b"c"))

    async def describe(self, sql: str) -> list[Field]:
        """The columns that a query gives."""
        self.writer.write(
            message(b"P", b"\0" + sql.encode() + b"\0\0\0")
            + message(b"D", b"S\0")
            + message(b"S")
        )
        described: list[Field] = []
        refused = None
        while True:
            code, body = await read(self.reader)
            if code == b"T":
                described = fields(body)
            elif code == b"E":
                refused = body
            elif code == b"Z":
                self.state = body
                if refused is not None:
                    raise BackendError(refused)
                return described
