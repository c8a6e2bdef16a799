"""A second opinion: whether sqlfluff's Redshift dialect can parse a statement."""

from collections.abc import Iterator
from functools import cache

from sqlfluff.core import FluffConfig, Linter

from .finding import Offence


@cache
def _linter() -> Linter:
    # Compiled SQL is long where it lists embeddings; sqlfluff skips long files.
    return Linter(
        config=FluffConfig(
            overrides={
                "dialect": "redshift",
                "templater": "raw",
                "large_file_skip_byte_limit": 0,
                "large_file_skip_char_limit": 0,
            }
        )
    )


def unparsable(sql: str) -> Iterator[Offence]:
    """Offences where sqlfluff cannot parse, by its line."""
    for violation in _linter().parse_string(sql).violations:
        if violation.rule_code() in ("PRS", "LXR"):
            yield Offence(
                violation.line_no,
                "sqlfluff",
                f"Write what sqlfluff parses as Redshift: {violation.desc()[:80]!r}.",
            )
