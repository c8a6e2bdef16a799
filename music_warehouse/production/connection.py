"""Where production is, and a session of it."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import redshift_connector
from redshift_connector.core import Connection
from redshift_connector.error import Error

from music_warehouse.errors import UserError

_REQUIRED = ("REDSHIFT_HOST", "REDSHIFT_DATABASE", "REDSHIFT_USER", "REDSHIFT_PASSWORD")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_ROLE = re.compile(r"default|arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_PORT = 5439
# The driver ignores any other, and goes on without encryption.
_SSL_MODES = ("verify-full", "verify-ca", "disable")


@dataclass(frozen=True)
class Production:
    """A Redshift database, as the target `prod` of `profiles.yml` is told of it.

    `iam_role` is what COPY assumes, the ARN of a role or `default`. `reader_role` is
    the role that may read the published marts and nothing else, if there is one.
    """

    host: str
    database: str
    user: str
    password: str = field(repr=False)
    port: int = _PORT
    sslmode: str = "verify-full"
    iam_role: str = "default"
    raw_schema: str = "raw"
    reader_role: str | None = None

    @classmethod
    def from_environment(
        cls, variables: Mapping[str, str] = os.environ
    ) -> "Production":
        """Read the variables that `profiles.yml` reads, and REDSHIFT_READER_ROLE.

        Raises UserError for one that is missing or would break a statement.
        """
        if missing := [name for name in _REQUIRED if not variables.get(name)]:
            raise UserError(f"Production is not known: set {', '.join(missing)}.")
        names = {
            "REDSHIFT_RAW_SCHEMA": variables.get("REDSHIFT_RAW_SCHEMA") or "raw",
            "REDSHIFT_READER_ROLE": variables.get("REDSHIFT_READER_ROLE") or None,
        }
        for variable, name in names.items():
            if name and not _NAME.fullmatch(name):
                raise UserError(f"{variable} is {name}, which is no plain name.")
        role = variables.get("REDSHIFT_IAM_ROLE") or "default"
        if not _ROLE.fullmatch(role):
            raise UserError(
                "REDSHIFT_IAM_ROLE is the ARN of a role or `default`, not " + role + "."
            )
        port = variables.get("REDSHIFT_PORT") or str(_PORT)
        if not port.isdecimal():
            raise UserError(f"REDSHIFT_PORT is {port}, which is no number.")
        sslmode = variables.get("REDSHIFT_SSLMODE") or _SSL_MODES[0]
        if sslmode not in _SSL_MODES:
            raise UserError(
                f"REDSHIFT_SSLMODE is one of {', '.join(_SSL_MODES)}, not {sslmode}."
            )
        return cls(
            host=variables["REDSHIFT_HOST"],
            database=variables["REDSHIFT_DATABASE"],
            user=variables["REDSHIFT_USER"],
            password=variables["REDSHIFT_PASSWORD"],
            port=int(port),
            sslmode=sslmode,
            iam_role=role,
            raw_schema=names["REDSHIFT_RAW_SCHEMA"] or "raw",
            reader_role=names["REDSHIFT_READER_ROLE"],
        )

    def copies_with(self) -> str:
        """The clause of COPY that names the role."""
        role = self.iam_role
        return f"iam_role {role if role == 'default' else repr(role)}"

    @contextmanager
    def session(self, patience: int | None = None) -> Iterator["Session"]:
        """A session in which every statement commits by itself, unless it is in a
        `transaction`.

        `patience` is for how many seconds an answer is waited for; without it as long
        as the other side is there, which is asked for every half minute. Raises
        UserError where production cannot be reached.
        """
        try:
            connection = redshift_connector.connect(
                host=self.host,
                port=self.port,
                database=self.database,
                user=self.user,
                password=self.password,
                ssl=self.sslmode != "disable",
                sslmode=self.sslmode if self.sslmode != "disable" else "verify-full",
                timeout=patience,
                tcp_keepalive=True,
                tcp_keepalive_idle=30,
                tcp_keepalive_interval=10,
                tcp_keepalive_count=6,
            )
        except (Error, OSError) as error:
            raise UserError(
                f"Redshift at {self.host} cannot be reached: {_reason(error)}."
            ) from error
        connection.autocommit = True
        try:
            yield Session(connection)
        finally:
            connection.close()


class Session:
    """What production is asked and told. A refusal of Redshift's is a UserError."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.cursor()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement that has no answer; `%s` stands for a parameter."""
        try:
            self._cursor.execute(sql, tuple(parameters) or None)
        # The driver lets a broken connection through as the socket tells it.
        except (Error, OSError) as error:
            raise UserError(
                f"Redshift refused `{' '.join(sql.split())[:80]}`: {_reason(error)}."
            ) from error

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        self.execute(sql, parameters)
        return [tuple(row) for row in self._cursor.fetchall()]

    def columns_and_rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The answer to a query, and the names of its columns."""
        rows = self.rows(sql)
        return [str(column[0]) for column in self._cursor.description or []], rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is executed within happens at once, or none of it."""
        self.execute("begin")
        try:
            yield
        except BaseException:
            # A connection that is lost has rolled back already.
            with suppress(Error, OSError):
                self._cursor.execute("rollback")
            raise
        self.execute("commit")

    def has_schema(self, name: str) -> bool:
        """Whether there is a schema of this name."""
        found = self.rows("select 1 from pg_namespace where nspname = %s", (name,))
        return bool(found)

    def tables(self, schema: str) -> set[str]:
        """The names of a schema's tables."""
        found = self.rows(
            "select tablename from pg_tables where schemaname = %s", (schema,)
        )
        return {str(name) for (name,) in found}


def _reason(error: BaseException) -> str:
    """The server's own words; the driver wraps them in a dictionary."""
    told = error.args[0] if error.args else error
    text = told.get("M", told) if isinstance(told, dict) else told
    return " ".join(str(text).split()).rstrip(".")
