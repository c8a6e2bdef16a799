"""What the lake may keep of a rejected row: nothing that is or may be personal."""

import json
import re
from collections.abc import Mapping, Sequence

from music_warehouse.contracts import Contract
from music_warehouse.ingest.header import Header, split_fields
from music_warehouse.ingest.judge import Judge

MASK = b"***"
# A line that has slipped by a column may bring one where nobody looks for it.
_MAIL_ADDRESS = re.compile(r"[^\s,;\"'<>]+@[^\s,;\"'<>]+")
_MAIL_ADDRESS_BYTES = re.compile(rb"[^\s,;\"'<>]+@[^\s,;\"'<>]+")


class RejectKeeper:
    """Cuts rejected rows of one contract down to what may be kept.

    Columns outside the contract may be personal and never enter the lake. Of a
    contract without personal columns the rest is kept as it came. Of one that has
    them they are masked; and where more than one field is not valid, or the fields
    cannot be told apart, any of them may hold a value from the column beside it, so
    that nothing is kept.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._judge = Judge(contract)

    def line(self, line: bytes, header: Header, is_whole: bool = True) -> bytes | None:
        """Of a line of text, without its line feed, or its start: the line, or the
        contract's columns as CSV in the contract's order."""
        is_personal = self._contract.has_personal_values
        if not header.drift_columns and not is_personal:
            return line
        nothing = MASK if is_personal else None
        if not is_whole:
            return nothing
        fields = split_fields(line.removesuffix(b"\r"), header.delimiter)
        if fields is None or len(fields) != header.width:
            return nothing
        kept = self._masked([fields[position] for position in header.positions])
        return b",".join(_csv_field(field) for field in kept)

    def values(self, values: Mapping[str, object], fields: Sequence[bytes]) -> bytes:
        """Of a row of named values, one per column of the contract, with its fields
        as text: a JSON object."""
        kept = {
            column: value if field is not MASK else MASK.decode()
            for (column, value), field in zip(
                values.items(), self._masked(fields), strict=True
            )
        }
        return json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()

    def _masked(self, fields: Sequence[bytes]) -> Sequence[bytes]:
        if not self._contract.has_personal_values:
            return fields
        if len(self._judge.invalid_columns(fields)) > 1:
            return [MASK] * len(fields)
        replaced = self._judge.replaced_columns(fields)
        return [
            MASK
            if (column.personal and field)
            or column.name in replaced
            or _MAIL_ADDRESS_BYTES.search(field)
            else field
            for column, field in zip(self._contract.columns, fields, strict=True)
        ]


def mask_addresses(text: str) -> str:
    """A text with mail addresses masked."""
    return _MAIL_ADDRESS.sub("***@***", text)


def _csv_field(field: bytes) -> bytes:
    if any(byte in field for byte in b',"\r'):
        return b'"' + field.replace(b'"', b'""') + b'"'
    return field
