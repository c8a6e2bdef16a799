"""Messages of PostgreSQL's protocol, version 3, which Redshift speaks too.

<https://www.postgresql.org/docs/15/protocol-message-formats.html>
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

PROTOCOL_VERSION = 196608
SSL_REQUEST = 80877103
CANCEL_REQUEST = 80877102

JSONB, SUPER = 3802, 4000
TEXT, VARCHAR = 25, 1043
# What Redshift calls a type where PostgreSQL has another.
REDSHIFT_TYPES = {JSONB: SUPER, TEXT: VARCHAR}


@dataclass(frozen=True)
class Field:
    """A column of a result: name, PostgreSQL's number of the type, its modifier."""

    name: str
    type: int
    modifier: int


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next message: its code and its body."""
    head = await reader.readexactly(5)
    (length,) = struct.unpack("!i", head[1:])
    return head[:1], await reader.readexactly(length - 4)


def message(code: bytes, body: bytes = b"") -> bytes:
    """A message to send."""
    return code + struct.pack("!i", len(body) + 4) + body


def start_up(parameters: dict[str, str]) -> bytes:
    """The first message of a session."""
    body = struct.pack("!i", PROTOCOL_VERSION)
    for name, value in parameters.items():
        body += name.encode() + b"\0" + value.encode() + b"\0"
    body += b"\0"
    return struct.pack("!i", len(body) + 4) + body


def split_text(body: bytes) -> tuple[bytes, bytes]:
    """The text that a body begins with, and the rest."""
    text, _, rest = body.partition(b"\0")
    return text, rest


def error_text(body: bytes) -> str:
    """The message of an ErrorResponse."""
    return _error_field(body, b"M")


def error_code(body: bytes) -> str:
    """The SQLSTATE of an ErrorResponse."""
    return _error_field(body, b"C")


def _error_field(body: bytes, code: bytes) -> str:
    for field in body.split(b"\0"):
        if field[:1] == code:
            return field[1:].decode(errors="replace")
    return ""


def fields(body: bytes) -> list[Field]:
    """The columns of a RowDescription."""
    found = []
    place = 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        end = body.index(b"\0", place)
        type_number, _, modifier = struct.unpack("!ihi", body[end + 7 : end + 17])
        found.append(Field(body[place:end].decode(), type_number, modifier))
        place = end + 19
    return found


def as_redshift_describes(body: bytes, restored: Callable[[bytes], bytes]) -> bytes:
    """A RowDescription with Redshift's types and the names of the client."""
    described = body[:2]
    place = 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        end = body.index(b"\0", place)
        table = body[end + 1 : end + 7]
        (type_number,) = struct.unpack("!i", body[end + 7 : end + 11])
        number = REDSHIFT_TYPES.get(type_number, type_number)
        described += restored(body[place:end]) + b"\0" + table
        described += struct.pack("!i", number) + body[end + 11 : end + 19]
        place = end + 19
    return described


def row_with(body: bytes, restored: Callable[[bytes], bytes]) -> bytes:
    """A DataRow with the names of the client in it."""
    row = body[:2]
    place = 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        (length,) = struct.unpack("!i", body[place : place + 4])
        place += 4
        if length < 0:
            row += struct.pack("!i", length)
            continue
        value = restored(body[place : place + length])
        row += struct.pack("!i", len(value)) + value
        place += length
    return row
