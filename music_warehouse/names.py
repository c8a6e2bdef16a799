"""Names as keys: the one normalisation and the one hash every table shares.

Redshift has no Unicode normalisation and DuckDB only NFC, so names are
normalised here, at ingestion, and SQL compares the result.
"""

import hashlib
import re
import unicodedata

_JOINT_CREDIT = re.compile(
    r"\s+(?:feat\.?|ft\.?|featuring|vs\.?|with|&|x|/)\s+|\s*[,;]\s+",
    re.IGNORECASE,
)
_KEY_HEX_DIGITS = 15


def normalise_name(name: str) -> str:
    """The form in which two spellings of one name are equal: Unicode NFKC,
    case-folded, white space collapsed and trimmed.

    Case folding may undo composition ("ǰ"), so NFKC is applied once more.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def name_key(text: str) -> int:
    """A key below 2**60 that any engine can compute: the first 15 hexadecimal
    digits of the MD5 of the UTF-8 bytes.

    Among 1 million names the chance of any collision is 4e-7; a data test
    asserts that there is none.
    """
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_KEY_HEX_DIGITS], 16)


def credit_parts(name: str) -> list[str]:
    """The artists a joint credit may name: "A feat. B" gives ["A", "B"].

    An empty list when the name has no separator. Whether the parts are used is
    decided in the warehouse, where it is known which of them are artists:
    "Simon & Garfunkel" and "Earth, Wind & Fire" have parts here too.
    """
    parts = [part.strip() for part in _JOINT_CREDIT.split(name)]
    parts = [part for part in parts if part]
    return parts if len(parts) > 1 else []
