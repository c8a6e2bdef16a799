"""What becomes of a statement: it runs, Redshift refuses it, or we cannot show it."""

from dataclasses import dataclass, field

from .transfers import Transfer


class Rejected(Exception):
    """Amazon Redshift documents that it refuses the statement."""


class Limitation(Exception):
    """Valid on Amazon Redshift as far as we know, but not to be had here."""


@dataclass
class Statement:
    """What PostgreSQL is given for a statement of a client."""

    sql: str
    """Runs on PostgreSQL; empty for a transfer."""

    help: list[str] = field(default_factory=list)
    """What had to be changed, in words; empty for a statement that runs as it is."""

    after: list[str] = field(default_factory=list)
    """Runs after `sql`, in the same transaction."""

    transfer: Transfer | None = None
    """A COPY or UNLOAD, which the proxy carries out."""
