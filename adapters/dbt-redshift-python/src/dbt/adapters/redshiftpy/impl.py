"""dbt-redshift that also builds Python models, in this process."""

from typing import Any

from dbt.adapters.base.impl import log_code_execution
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.redshift.impl import RedshiftAdapter
from dbt.adapters.redshiftpy.connections import RedshiftPyConnectionManager
from dbt.adapters.redshiftpy.job import PythonJob
from dbt.adapters.redshiftpy.leash import end_with_named_process


class RedshiftPyAdapter(RedshiftAdapter):
    """The Redshift adapter and one thing more: it runs Python models."""

    ConnectionManager = RedshiftPyConnectionManager

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        end_with_named_process()

    @log_code_execution
    def submit_python_job(
        self, parsed_model: dict[str, Any], compiled_code: str
    ) -> AdapterResponse:
        """Run a compiled model and fill the table that its materialization named.

        What the model reads and computes happens outside a transaction. On return
        one is open that has created the table and nothing else.
        """
        if self.connections.get_thread_connection().transaction_open:
            self.connections.commit()
        rows = PythonJob(self, parsed_model, compiled_code).run()
        return AdapterResponse(
            _message=f"PYTHON {rows}", code="PYTHON", rows_affected=rows
        )
