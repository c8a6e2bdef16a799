"""PostgreSQL of one's own, in a temporary folder, for as long as it is needed."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from music_warehouse.errors import UserError

# Of Debian's packages, and of Homebrew's.
BINARIES = [
    folder
    for version in range(15, 20)
    for folder in (
        f"/usr/lib/postgresql/{version}/bin",
        f"/opt/homebrew/opt/postgresql@{version}/bin",
    )
]
# PostgreSQL refuses to run as root.
UNPRIVILEGED = ("postgres", "nobody")
SET_UP = Path(__file__).parent / "set_up"
SUPERUSER = "standin"


def binaries() -> Path:
    """The folder of PostgreSQL's programs, version 15 or later."""
    for folder in map(Path, BINARIES):
        if (folder / "initdb").exists():
            return folder
    raise UserError(
        "PostgreSQL, which stands in for Redshift, is not installed: run"
        " `make redshift-stand-in`, or install version 15 or later."
    )


def _owner() -> str | None:
    """The user that PostgreSQL runs as; None for this one."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise UserError(
        "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`."
    )


class Postgres:
    """A cluster on loopback; `with` starts it, and removes it at the end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._binaries = binaries()
        self._owner = _owner()
        self._password = secrets.token_hex(16)

    def __enter__(self) -> "Postgres":
        self.folder = Path(tempfile.mkdtemp(prefix="redshift-stand-in-"))
        try:
            self._initialise()
            self._control("start")
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str, user: str, password: str) -> None:
        """A database that answers as Redshift does, and its owner, who can make
        others of the kind."""
        files = [word for path in sorted(SET_UP.glob("*.sql")) for word in ("-f", path)]
        self._psql("template1", "--single-transaction", *files)
        login = f"login createrole createdb password '{password}'"
        self._psql(
            "postgres",
            *("-c", f'create role "{user}" {login}'),
            *("-c", f'create database "{name}" owner "{user}"'),
        )

    def _initialise(self) -> None:
        if self._owner:
            shutil.chown(self.folder, self._owner)
        password = self.folder / "password"
        password.write_text(self._password, encoding="utf-8")
        if self._owner:
            shutil.chown(password, self._owner)
        password.chmod(0o600)
        self._run(
            "initdb",
            *("--pgdata", self.folder / "data", "--username", SUPERUSER),
            *("--pwfile", password, "--auth", "md5", "--encoding", "UTF8"),
            # Redshift sorts by bytes, and knows capitals beyond ASCII.
            *("--locale", "C", "--lc-ctype", "C.UTF-8"),
            "--no-sync",
        )
        settings = {
            "port": self.port,
            "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": "''",
            # The driver knows no newer way to say a password.
            "password_encryption": "md5",
            "max_connections": 60,
            "shared_buffers": "256MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "jit": "off",
            # Redshift joins what is equal by hashes, whatever it knows of the tables.
            "enable_nestloop": "off",
        }
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _control(self, *words: str) -> None:
        data, log = self.folder / "data", self.folder / "log"
        self._run("pg_ctl", "--pgdata", data, "--log", log, "--wait", *words)

    def _psql(self, database: str, *words: str | Path) -> None:
        self._run(
            "psql",
            *("--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"),
            *("--host", "127.0.0.1", "--port", str(self.port)),
            *("--username", SUPERUSER, "--dbname", database, "--output", "/dev/null"),
            *words,
            environment={"PGPASSWORD": self._password},
        )

    def _run(
        self,
        program: str,
        *words: str | Path,
        environment: dict[str, str] | None = None,
    ) -> None:
        # A file, since a server that pg_ctl leaves behind holds a pipe open.
        with tempfile.TemporaryFile("w+") as told:
            ended = subprocess.run(
                [str(self._binaries / program), *map(str, words)],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
                user=self._owner if program != "psql" else None,
                group=pwd.getpwnam(self._owner).pw_gid if self._owner else None,
                extra_groups=[] if self._owner else None,
                stdout=told,
                stderr=told,
                check=False,
            )
            told.seek(0)
            if ended.returncode != 0:
                raise UserError(f"PostgreSQL's {program} failed: {told.read()}")
