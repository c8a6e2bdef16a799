"""COPY and UNLOAD: reading the statement. `s3` carries it out."""

import re
from dataclasses import dataclass

AUTHORISATION = re.compile(r"\b(iam_role|credentials|access_key_id)\b", re.I)
COPY = re.compile(
    r"copy\s+(?P<table>[^\s(]+)\s*(?:\((?P<columns>[^)]*)\))?\s+"
    r"from\s+'(?P<uri>s3://[^']+)'(?P<options>.*)",
    re.I | re.S,
)
UNLOAD = re.compile(
    r"unload\s*\(\s*(?P<query>'(?:''|[^'])*'|\$\$.*?\$\$)\s*\)\s*"
    r"to\s+'(?P<uri>s3://[^']+)'(?P<options>.*)",
    re.I | re.S,
)
# The options whose meaning is emulated; any other is refused loudly.
KNOWN_OPTIONS = re.compile(
    r"\s+|\b(?:iam_role|credentials|access_key_id|secret_access_key|session_token"
    r"|region)\b\s*(?:as\s+)?(?:default\b|'[^']*')?"
    r"|\b(?:format\s+(?:as\s+)?)?(?:parquet|csv)\b|\bserializetojson\b|\bheader\b"
    r"|\bignoreheader\s+(?:as\s+)?\d+|\ballowoverwrite\b|\bcleanpath\b|\bmanifest\b"
    r"|\bparallel\s+(?:on|off|true|false)\b|\bstatupdate\s+(?:on|off|true|false)\b"
    r"|\bcompupdate\s+(?:on|off|true|false)\b",
    re.I,
)


@dataclass(frozen=True)
class Transfer:
    """Rows between a table, or a query, and objects below a prefix of S3."""

    uri: str
    file_format: str
    """`parquet` or `csv`."""


@dataclass(frozen=True)
class Copy(Transfer):
    """COPY FROM: `columns` empty for all of the table's."""

    table: str
    columns: str
    header_lines: int
    serialize_to_json: bool
    is_manifest: bool


@dataclass(frozen=True)
class Unload(Transfer):
    """UNLOAD TO, of a query in PostgreSQL's words."""

    query: str
    has_header: bool
    may_overwrite: bool
    clean_path: bool
    is_parallel: bool


def unknown_options(options: str) -> str:
    """What of the options is not emulated; empty where all of it is."""
    return " ".join(KNOWN_OPTIONS.sub(" ", options).split())


def file_format(options: str) -> str | None:
    """`parquet` or `csv`; None for a format that is not emulated."""
    named = re.search(r"\b(parquet|csv)\b", options, re.I)
    return named[1].lower() if named else None
