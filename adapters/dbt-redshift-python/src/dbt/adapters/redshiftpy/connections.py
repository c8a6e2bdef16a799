"""The profile of the adapter: that of dbt-redshift and three keys more."""

import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import redshift_connector
from dbt.adapters.redshift.connections import (
    RedshiftConnectionManager,
    RedshiftCredentials,
)
from dbt_common.exceptions import DbtConfigError

_STAGING = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[\w!.*()/=-]*)?")
_ROLES = re.compile(r"default|arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@:/-]+")


@dataclass
class RedshiftPyCredentials(RedshiftCredentials):
    """What a target of type `redshiftpy` is told.

    `python_staging` is the folder `s3://bucket/prefix` through which UNLOAD and COPY
    move tables; without it rows travel over the connection. `python_iam_role` is the
    role that the two assume, an ARN or `default`. `python_settings` are settings of
    the DuckDB session (https://duckdb.org/docs/configuration/overview).
    """

    python_staging: str | None = None
    python_iam_role: str = "default"
    python_settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Both end up quoted in SQL.
        if self.python_staging and not _STAGING.fullmatch(self.python_staging):
            raise DbtConfigError(
                f"python_staging is s3://bucket/prefix, not {self.python_staging}."
            )
        if not _ROLES.fullmatch(self.python_iam_role):
            raise DbtConfigError(
                "python_iam_role is `default` or the ARN of a role, not "
                f"{self.python_iam_role}."
            )

    @property
    def type(self) -> str:
        """The adapter's name in profiles.yml."""
        return "redshiftpy"

    def _connection_keys(self) -> tuple[str, ...]:
        own = ("python_staging", "python_iam_role", "python_settings")
        return (*super()._connection_keys(), *own)


class RedshiftPyConnectionManager(RedshiftConnectionManager):
    """Connections of dbt-redshift under the name of this adapter."""

    TYPE = "redshiftpy"


# The driver calls a session after the module that opens it, for which it looks through
# every frame of the stack, Jinja's too: with a session for each node, a third of what a
# build computes. A session that has a name is not looked for.
redshift_connector.connect = partial(redshift_connector.connect, application_name="dbt")
