"""Of all machines one builds production: a lease in the database itself.

A lock that a session holds would end with its connection, which Redshift closes when
it has said nothing for long while dbt goes on, and would keep a transaction open as
long as a build takes. A lease is a row with a time at which it ends. Its holder
renews it, over a connection of its own each time; that of a machine that is no more
runs out.
"""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from music_warehouse.errors import BusyError, UserError
from music_warehouse.paths import DataFolder
from music_warehouse.production.connection import Production, Session
from music_warehouse.production.left_behind import end_transactions
from music_warehouse.production.notes import NOTES, create_notes

_TABLE = f"{NOTES}.build_lease"
_LASTING = timedelta(minutes=15)
# How often in that time it is renewed.
_RENEWALS = 5
_PATIENCE_SECONDS = 60
# It looks every second for whoever started it.
_DBT_ENDS_WITHIN_SECONDS = 2
_UNDER_WAY = "Another build of production is under way"


@dataclass(frozen=True)
class Lease:
    """The right to build production, as long as it is renewed. `lost` is set when it
    is not, or may soon not be."""

    production: Production
    holder: str
    run: str
    lasting: timedelta
    lost: threading.Event = field(default_factory=threading.Event, compare=False)

    def require_held(self, session: Session) -> None:
        """Make sure, within a transaction, that nobody else builds until its commit.

        UserError where the lease ran out and another build has begun.
        """
        session.execute(f"lock {_TABLE}")
        if not session.rows(f"select 1 from {_TABLE} where run = %s", (self.run,)):
            raise UserError(
                "This build was cut off from Redshift for so long that another one has "
                "begun: leave it to that one."
            )

    def require_kept(self) -> None:
        """UserError where the lease was lost."""
        if self.lost.is_set():
            raise UserError(
                "This build was cut off from Redshift for so long that another one may "
                "begin: run it again."
            )

    def take(self) -> None:
        """Take the lease; BusyError where another holder has it.

        Who has it already takes it anew: a build that was killed, and runs again. What
        a build that did not give it back has under way in Redshift is ended.
        """
        with self._session() as session:
            create_notes(session)
            with session.transaction():
                # Nothing else touches this table, so that no reader is held up.
                session.execute(f"lock {_TABLE}")
                left = session.rows(f"select 1 from {_TABLE}")
                for machine, taken_at in session.rows(
                    "select machine, taken_at "
                    f"from {_TABLE} where ends_at > getdate() and holder <> %s",
                    (self.holder,),
                ):
                    raise BusyError(
                        f"{_UNDER_WAY}, on {machine} since "
                        f"{taken_at:%Y-%m-%d %H:%M} UTC: try again "
                        "when it has ended. If that machine is no more, its claim runs "
                        f"out within {self.lasting.total_seconds() / 60:.0f} minutes."
                    )
                session.execute(f"delete from {_TABLE}")
                session.execute(
                    f"insert into {_TABLE} values (%s, %s, %s, getdate(), {self._end})",
                    (self.holder, self.run, socket.gethostname()),
                )
            if left:
                time.sleep(_DBT_ENDS_WITHIN_SECONDS)
                end_transactions(session)
        if left:
            self.renew()

    def renew(self) -> bool:
        """Let it last from now on; False where it has been lost."""
        with self._session() as session, session.transaction():
            session.execute(
                f"update {_TABLE} set ends_at = {self._end} where run = %s",
                (self.run,),
            )
            held = session.rows(f"select 1 from {_TABLE} where run = %s", (self.run,))
        return bool(held)

    def keep(self, has_ended: threading.Event) -> None:
        """Renew it again and again; set `lost`, and return, where that was in vain for
        so long that it may run out before another attempt has ended."""
        interval = self.lasting.total_seconds() / _RENEWALS
        surely_held_until = time.monotonic() + self.lasting.total_seconds()
        while not has_ended.wait(interval):
            begun = time.monotonic()
            try:
                is_held = self.renew()
            except UserError:
                next_has_ended = time.monotonic() + interval + self._patience
                is_held = next_has_ended < surely_held_until
            else:
                surely_held_until = begun + self.lasting.total_seconds()
            if not is_held:
                self.lost.set()
                return

    def give_back(self) -> None:
        """Let the next build begin at once."""
        with self._session() as session:
            session.execute(f"delete from {_TABLE} where run = %s", (self.run,))

    def _session(self) -> AbstractContextManager[Session]:
        # Half open, it would answer nothing for as long as one waits.
        return self.production.session(self._patience)

    @property
    def _patience(self) -> int:
        """For how many seconds an answer is waited for."""
        return max(1, min(_PATIENCE_SECONDS, int(self.lasting.total_seconds()) // 2))

    @property
    def _end(self) -> str:
        return f"dateadd(second, {self.lasting.total_seconds():.0f}, getdate())"


@contextmanager
def sole_build(
    production: Production, data: DataFolder, lasting: timedelta = _LASTING
) -> Iterator[Lease]:
    """Be the only build of production there is, on this machine and on every other.

    `lasting` is for how long the build of a machine that is no more keeps others out;
    one of this data folder that was killed keeps nobody out of it. BusyError where
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
        raise BusyError(f"{_UNDER_WAY}: try again when it has ended.") from error


@contextmanager
def _renewed(lease: Lease) -> Iterator[None]:
    has_ended = threading.Event()
    renewal = threading.Thread(
        target=lease.keep, args=(has_ended,), name="build lease", daemon=True
    )
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
