"""Changes in the text of a statement that need no syntax tree."""

import hashlib
import re

TOKENS = re.compile(
    r"""(?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)"""
    r"""|(?P<text>'(?:''|\\.|[^'\\])*')"""
    r"""|(?P<comment>--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<quoted>"(?:""|[^"])*")"""
    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_$]*)""",
    re.S,
)
POSTGRESQL_NAME_BYTES = 63
REDSHIFT_NAME_BYTES = 127
SHORTENED = re.compile(rb"[^\0]{1,60}~[0-9a-f]{16}")


class Names:
    """Names of up to 127 bytes, as Redshift has them, in PostgreSQL's 63.

    A longer one becomes its beginning, `~`, which no name of ours has, and a hash,
    and is put back where it is answered.
    """

    def __init__(self) -> None:
        self._originals: dict[bytes, bytes] = {}

    def shortened(self, name: str) -> str:
        """The name PostgreSQL knows."""
        written = name.encode()
        if not POSTGRESQL_NAME_BYTES < len(written) <= REDSHIFT_NAME_BYTES:
            return name
        digest = hashlib.md5(written, usedforsecurity=False).hexdigest()[:16]
        short = f"{written[:40].decode(errors='ignore')}~{digest}"
        self._originals[short.encode()] = written
        return short

    def restored(self, value: bytes) -> bytes:
        """The name the client knows, for a value that is a shortened one."""
        return self._originals.get(value, value)

    def restored_in_text(self, text: bytes) -> bytes:
        """The text of a message with the names the client knows."""
        if b"~" in text:
            for short, original in self._originals.items():
                text = text.replace(short, original)
        return text


def fold_names(sql: str, names: Names) -> str:
    """Names in lower case, quoted ones too, and short enough for PostgreSQL.

    A literal that reads like a long name is one in a query of the catalog.
    """

    def folded(token: re.Match[str]) -> str:
        written = token[0]
        if token["quoted"]:
            return '"' + names.shortened(written[1:-1].lower()) + '"'
        if len(written) <= POSTGRESQL_NAME_BYTES:
            return written
        if token["word"]:
            short = names.shortened(written.lower())
            return written if short == written.lower() else f'"{short}"'
        if token["text"] and re.fullmatch(r"'[a-z_][a-z0-9_]*'", written):
            return "'" + names.shortened(written[1:-1]) + "'"
        return written

    return TOKENS.sub(folded, sql)


def without_comments(sql: str) -> str:
    """The statement without comments and its last semicolon."""
    bare = TOKENS.sub(lambda token: " " if token["comment"] else token[0], sql)
    return bare.strip().rstrip(";").strip()


def without_texts(sql: str) -> str:
    """The statement with empty literals, to look for words of its own."""
    return TOKENS.sub(lambda token: "''" if token["text"] else token[0], sql)
