"""Redshift's side of the protocol, in front of PostgreSQL.

Messages of the client are gathered until Sync: redshift_connector sends Parse, Describe
and Sync, then Bind, Execute and Sync. Statements are translated on the way; COPY and
UNLOAD run here, on the same session, and so within the client's transaction.
"""

import asyncio
import json
import ssl
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from . import s3
from .backend import FAILED, IDLE, Backend, BackendError
from .lexical import Names
from .messages import (
    CANCEL_REQUEST,
    SSL_REQUEST,
    as_redshift_describes,
    error_code,
    error_text,
    message,
    read,
    row_with,
    split_text,
)
from .outcome import Limitation, Rejected, Statement
from .transfers import Copy, Transfer, Unload
from .translation import translate

# Start-up parameters of Redshift's drivers that PostgreSQL refuses.
FOREIGN_PARAMETERS = {
    "client_protocol_version",
    "driver_discovery_version",
    "driver_version",
    "idp_type",
    "os_version",
    "plugin_name",
    "provider_name",
}
# The driver reads it strictly.
REDSHIFT_VERSION = b"8.0.2"
ASKS_FOR_PASSWORD = {3, 5, 10, 11}
UNDEFINED_FUNCTION = "42883"

Batch = list[tuple[bytes, bytes]]


@dataclass
class Proxy:
    """What all sessions share."""

    postgres_port: int
    storage: s3.Storage
    tls: ssl.SSLContext | None = None
    names: Names = field(default_factory=Names)
    record: TextIO | None = None

    async def serve(self, port: int) -> asyncio.Server:
        """Listen on loopback; a port of 0 is any that is free."""
        return await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=1 << 24
        )

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        session = Session(self, reader, writer)
        try:
            await session.run()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # Either side is gone, and the other goes too.
        finally:
            session.close()

    def note(self, **told: object) -> None:
        """A line in the record of what was said."""
        if self.record is not None:
            line = {"at": round(time.time(), 3), **told}
            self.record.write(json.dumps(line) + "\n")
            self.record.flush()


def recording(proxy: Proxy, path: Path) -> None:
    """Keep a record of every statement, a JSON object a line."""
    proxy.record = path.open("a", encoding="utf-8")


class Session:
    """One client's connection."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.backend: Backend | None = None
        self.prepared: dict[bytes, Statement] = {}
        self.portals: dict[bytes, bytes] = {}

    def close(self) -> None:
        """End both connections; PostgreSQL rolls back what is not committed."""
        self.writer.close()
        if self.backend is not None:
            self.backend.writer.close()

    async def run(self) -> None:
        """Serve the client until it leaves."""
        parameters = await self._start()
        if parameters is None:
            return
        self.backend = await Backend.connect(self.proxy.postgres_port, parameters)
        if not await self._authenticated(self.backend):
            return
        batch: Batch = []
        while True:
            code, body = await read(self.reader)
            if code == b"X":
                self.backend.writer.write(message(code))
                return
            if code != b"H":
                batch.append((code, body))
            if code in (b"S", b"Q"):
                await self._answer(self.backend, batch)
                batch = []

    async def _start(self) -> dict[str, str] | None:
        """The start-up parameters; None for a request to cancel, which is passed on."""
        while True:
            length, code = struct.unpack("!ii", await self.reader.readexactly(8))
            body = await self.reader.readexactly(length - 8)
            if code == CANCEL_REQUEST:
                await self._pass_on(struct.pack("!ii", length, code) + body)
                return None
            if code != SSL_REQUEST:
                break
            self.writer.write(b"S" if self.proxy.tls else b"N")
            await self.writer.drain()
            if self.proxy.tls:
                await self.writer.start_tls(self.proxy.tls)
        words = body.rstrip(b"\0").decode().split("\0")
        parameters = dict(zip(words[::2], words[1::2], strict=False))
        self.proxy.note(event="start", parameters=parameters)
        return {
            name: value
            for name, value in parameters.items()
            if name not in FOREIGN_PARAMETERS and value
        }

    async def _pass_on(self, request: bytes) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", self.proxy.postgres_port)
        writer.write(request)
        await writer.drain()
        writer.close()

    async def _authenticated(self, backend: Backend) -> bool:
        """Relay PostgreSQL's own authentication."""
        while True:
            code, body = await read(backend.reader)
            if code == b"S" and body.startswith(b"server_version\0"):
                body = b"server_version\0" + REDSHIFT_VERSION + b"\0"
            self.writer.write(message(code, body))
            await self.writer.drain()
            if code == b"R" and struct.unpack("!i", body[:4])[0] in ASKS_FOR_PASSWORD:
                backend.writer.write(message(*await read(self.reader)))
            if code == b"E":
                return False
            if code == b"Z":
                return True

    async def _answer(self, backend: Backend, batch: Batch) -> None:
        """Translate what a batch prepares, run what it executes."""
        passed = b""
        prepared = executed = None
        for code, body in batch:
            if code == b"P":
                name, rest = split_text(body)
                sql, tail = split_text(rest)
                prepared = self.prepared[name] = self._translated(sql.decode())
                body = name + b"\0" + prepared.sql.encode() + b"\0" + tail
            elif code == b"Q":
                executed = self._translated(split_text(body)[0].decode())
                body = executed.sql.encode() + b"\0"
            elif code == b"B":
                portal, rest = split_text(body)
                self.portals[portal] = split_text(rest)[0]
            elif code == b"E":
                name = self.portals.get(split_text(body)[0], b"")
                executed = self.prepared.get(name)
            passed += message(code, body)
        if executed is not None and executed.transfer is not None:
            await self._transfer(backend, executed.transfer, batch)
        elif executed is None and prepared is not None and prepared.transfer:
            # Parsed, no parameters, no rows to describe.
            self.writer.write(
                message(b"1")
                + message(b"t", b"\0\0")
                + message(b"n")
                + message(b"Z", backend.state)
            )
        else:
            await self._run(backend, passed, executed.after if executed else [])
        await self.writer.drain()

    async def _run(self, backend: Backend, passed: bytes, after: list[str]) -> None:
        """Let PostgreSQL answer; `after` belongs to the statement, all or nothing."""
        is_alone = bool(after) and backend.state == IDLE
        if is_alone:
            await backend.execute("begin")
        backend.writer.write(passed)
        await backend.writer.drain()
        completed = refused = b""
        while True:
            code, body = await read(backend.reader)
            if code == b"Z":
                backend.state = body
                break
            if code == b"C" and after:
                completed = message(code, body)
                continue
            if code == b"E":
                body = refused = self._explained(body)
            elif code == b"T":
                body = as_redshift_describes(body, self.proxy.names.restored)
            elif code == b"D" and b"~" in body:
                body = row_with(body, self.proxy.names.restored)
            self.writer.write(message(code, body))
        try:
            if not refused:
                for statement in after:
                    await backend.execute(statement)
            if is_alone:
                await backend.execute("rollback" if refused else "commit")
        except BackendError as error:
            completed = message(b"E", self._explained(error.body))
            if is_alone:
                await backend.execute("rollback")
        self.writer.write(completed + message(b"Z", backend.state))

    def _translated(self, sql: str) -> Statement:
        """What PostgreSQL is to run; a refusal is a statement that fails there."""
        try:
            statement = translate(sql, self.proxy.names)
        except Rejected as error:
            statement = _refusing("0A000", f"[Redshift would refuse] {error}")
        except Limitation as error:
            statement = _refusing("0A000", f"[stand-in limitation] {error}")
        except Exception as error:
            told = f"[stand-in defect] {type(error).__name__}: {error}"
            statement = _refusing("XX000", told)
        self.proxy.note(
            event="statement", sql=sql, run=statement.sql, help=statement.help
        )
        return statement

    def _explained(self, body: bytes) -> bytes:
        """An ErrorResponse with the names of the client, and with a word on what may
        be valid on Redshift."""
        told = error_text(body)
        if error_code(body) == UNDEFINED_FUNCTION:
            explained = f"[stand-in limitation, if Redshift has it] {told}"
            body = body.replace(b"\0M" + told.encode(), b"\0M" + explained.encode())
        body = self.proxy.names.restored_in_text(body)
        self.proxy.note(event="error", message=error_text(body))
        return body

    async def _transfer(
        self, backend: Backend, transfer: Transfer, batch: Batch
    ) -> None:
        """Carry out a COPY or UNLOAD and answer as for any statement."""
        try:
            tag = await self._moved(backend, transfer)
            answer = message(b"C", tag)
        except BackendError as error:
            answer = message(b"E", self._explained(error.body))
        except Exception as error:
            answer = await self._failed(backend, f"S3: {type(error).__name__}: {error}")
        if batch[0][0] == b"B":
            self.writer.write(message(b"2"))
        self.writer.write(answer + message(b"Z", backend.state))

    async def _moved(self, backend: Backend, transfer: Transfer) -> bytes:
        storage = self.proxy.storage
        if isinstance(transfer, Copy):
            columns = transfer.columns or "*"
            wanted = await backend.describe(f"select {columns} from {transfer.table}")
            listed = f"({transfer.columns})" if transfer.columns else ""
            answer = await backend.execute(
                f"copy {transfer.table} {listed} from stdin (format csv)",
                s3.rows_of(storage, transfer, wanted),
            )
            return answer.tag
        assert isinstance(transfer, Unload)
        given = await backend.describe(transfer.query)
        answer = await backend.execute(
            f"copy ({transfer.query}) to stdout (format csv)"
        )
        await asyncio.to_thread(
            s3.write_objects, storage, transfer, given, answer.copied
        )
        return b"UNLOAD\0"

    async def _failed(self, backend: Backend, told: str) -> bytes:
        """An error outside PostgreSQL, which fails the transaction all the same."""
        try:
            if backend.state != FAILED:
                await backend.execute(_refusing("XX000", told).sql)
        except BackendError as error:
            return message(b"E", self._explained(error.body))
        raise AssertionError("a refusal fails")


def _refusing(code: str, told: str) -> Statement:
    """A statement that fails, and with it the transaction."""
    # Backslashes escape here, as they do on Redshift.
    text = told.replace("\\", "\\\\").replace("'", "''")
    return Statement(f"select redshift.refuse('{code}', '{text}')", help=["refused"])
