"""The adapter type `redshiftpy`: dbt-redshift, and Python models."""

from dbt.adapters.base import AdapterPlugin
from dbt.adapters.redshiftpy.connections import (
    RedshiftPyConnectionManager,
    RedshiftPyCredentials,
)
from dbt.adapters.redshiftpy.impl import RedshiftPyAdapter
from dbt.include import redshiftpy

__all__ = [
    "Plugin",
    "RedshiftPyAdapter",
    "RedshiftPyConnectionManager",
    "RedshiftPyCredentials",
]

Plugin = AdapterPlugin(
    adapter=RedshiftPyAdapter,
    credentials=RedshiftPyCredentials,
    include_path=redshiftpy.PACKAGE_PATH,
    # Every macro and materialization of dbt-redshift is inherited.
    dependencies=["redshift"],
)
