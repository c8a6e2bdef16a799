"""Of all machines one builds production: a lease in the database itself.

A lock that a session holds would end with its connection, which Redshift closes when
it has said nothing for long while dbt goes on, and would keep a transaction open as
long as a build takes. A lease is a row with a time at which it ends. Its holder
renews it, over a connection of its own each time; that of a machine that is no more
runs out.
"""

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from music_warehouse.errors import UserError
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production, Session

_TABLE = "build_lease"
_LASTING = timedelta(minutes=15)
# A lease outlives so many renewals that fail, but for one.
_RENEWALS = 5
_UNDER_WAY = "Another build of production is under way"


@dataclass(frozen=True)
class Lease:
    """The right to build production, as long as it is renewed."""

    production: Production
    holder: str
    run: str
    lasting: timedelta

    def require_held(self, session: Session) -> None:
        """Make sure, within a transaction, that nobody else builds until its commit.

        UserError where the lease ran out and another build has begun.
        """
        session.execute(f"lock {self._table}")
        if not session.rows(f"select 1 from {self._table} where run = %s", (self.run,)):
            raise UserError(
                "This build was cut off from Redshift for so long that another one has "
                "begun: leave it to that one."
            )

    def take(self) -> None:
        """Take the lease; UserError where another holder has it.

        Who has it already takes it anew: a build that was killed, and runs again.
        """
        with self.production.session() as session:
            self._create_table(session)
            with session.transaction():
                # Nothing else touches this table, so that no reader is held up.
                session.execute(f"lock {self._table}")
                for machine, taken_at in session.rows(
                    "select machine, taken_at "
                    f"from {self._table} where ends_at > getdate() and holder <> %s",
                    (self.holder,),
                ):
                    raise UserError(
                        f"{_UNDER_WAY}, on {machine} since "
                        f"{taken_at:%Y-%m-%d %H:%M} UTC: try again "
                        "when it has ended. If that machine is no more, its claim runs "
                        f"out within {self.lasting.total_seconds() / 60:.0f} minutes."
                    )
                session.execute(f"delete from {self._table}")
                session.execute(
                    f"insert into {self._table} "
                    f"values (%s, %s, %s, getdate(), {self._end})",
                    (self.holder, self.run, socket.gethostname()),
                )

    def renew(self) -> None:
        """Let it last from now on; nothing where it has been lost."""
        with self.production.session() as session:
            session.execute(
                f"update {self._table} set ends_at = {self._end} where run = %s",
                (self.run,),
            )

    def give_back(self) -> None:
        """Let the next build begin at once."""
        with self.production.session() as session:
            session.execute(f"delete from {self._table} where run = %s", (self.run,))

    @property
    def _table(self) -> str:
        return f'"{self.production.raw_schema}".{_TABLE}'

    @property
    def _end(self) -> str:
        return f"dateadd(second, {self.lasting.total_seconds():.0f}, getdate())"

    def _create_table(self, session: Session) -> None:
        schema = self.production.raw_schema
        if _TABLE in session.tables(schema):
            return
        session.execute(f'create schema if not exists "{schema}"')
        session.execute(
            f"create table if not exists {self._table} (holder varchar(300), "
            "run varchar(64), machine varchar(255), taken_at timestamp, "
            "ends_at timestamp) diststyle all"
        )


@contextmanager
def sole_build(
    production: Production, data: DataFolder, lasting: timedelta = _LASTING
) -> Iterator[Lease]:
    """Be the only build of production there is, on this machine and on every other.

    `lasting` is for how long the build of a machine that is no more keeps others out;
    one of this data folder that was killed keeps nobody out of it. UserError where
    another build is under way.
    """
    data.root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(data.root / ".production.lock", timeout=0):
            holder = f"{_name_of(data.root)}@{socket.gethostname()}"
            lease = Lease(production, holder, uuid.uuid4().hex, lasting)
            lease.take()
            with _renewed(lease):
                yield lease
    except Timeout as error:
        raise UserError(f"{_UNDER_WAY}: try again when it has ended.") from error


@contextmanager
def _renewed(lease: Lease) -> Iterator[None]:
    has_ended = threading.Event()

    def renew() -> None:
        while not has_ended.wait(lease.lasting.total_seconds() / _RENEWALS):
            # What comes next is another attempt, or `require_held`.
            with suppress(UserError):
                lease.renew()

    renewal = threading.Thread(target=renew, name="build lease", daemon=True)
    renewal.start()
    try:
        yield
    finally:
        has_ended.set()
        renewal.join()
        # It ends by itself, where Redshift cannot be reached.
        with suppress(UserError):
            lease.give_back()


def _name_of(folder: Path) -> str:
    """What a data folder, and no other, is called."""
    file = folder / ".production.name"
    if not file.is_file():
        file.write_text(uuid.uuid4().hex, encoding="utf-8")
    return file.read_text(encoding="utf-8")
