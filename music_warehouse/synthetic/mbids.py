"""Invented MusicBrainz identifiers: version 4 UUIDs, a function of what they name."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from music_warehouse.synthetic.random_streams import hashed

_HEX_PAIRS = np.array([f"{value:02x}" for value in range(256)], dtype="S2").view("<u2")
_TEXT_BYTES = 36
# (first byte of the UUID, one past the last, column of the text), RFC 9562
_GROUPS = ((0, 4, 0), (4, 6, 9), (6, 8, 14), (8, 10, 19), (10, 16, 24))


def mbid_texts(
    keys: NDArray[np.uint64], salt: int, blank: NDArray[np.bool_]
) -> pa.Array:
    """The identifier of each key as text, null where `blank`.

    `salt` sets kinds apart: artist 5 and track 5 have different identifiers.
    """
    octets = np.empty((len(keys), 16), np.uint8)
    octets[:, :8] = hashed(keys, salt).astype("<u8").view(np.uint8).reshape(-1, 8)
    octets[:, 8:] = hashed(keys, salt + 1).astype("<u8").view(np.uint8).reshape(-1, 8)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    text = np.full((len(keys), _TEXT_BYTES), ord("-"), np.uint8)
    digits = _HEX_PAIRS[octets].view(np.uint8)
    for first, end, column in _GROUPS:
        text[:, column : column + 2 * (end - first)] = digits[:, 2 * first : 2 * end]
    offsets = np.arange(len(keys) + 1, dtype=np.int32) * _TEXT_BYTES
    present = pa.py_buffer(np.packbits(~blank, bitorder="little"))
    return pa.StringArray.from_buffers(
        len(keys), pa.py_buffer(offsets), pa.py_buffer(text), present
    )
