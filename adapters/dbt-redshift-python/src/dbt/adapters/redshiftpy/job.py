"""One Python model: its inputs fetched, its code run, its result loaded."""

import asyncio
import tempfile
import traceback
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import duckdb
from dbt.adapters.redshiftpy.inputs import Inputs
from dbt.adapters.redshiftpy.results import Result, write_result
from dbt.adapters.redshiftpy.transports import open_transport
from dbt_common.exceptions import DbtRuntimeError

if TYPE_CHECKING:
    from dbt.adapters.redshiftpy.impl import RedshiftPyAdapter

_TARGET = "DBT_TARGET"


class PythonJob:
    """A compiled Python model, about to run.

    It was written for dbt-duckdb and finds what it would find there: `session` is a
    DuckDB connection, `dbt.ref()` and `dbt.source()` are relations of it. It returns
    such a relation, or whatever DuckDB can register: a DataFrame of pandas or polars,
    a table, data set or reader of Arrow.
    """

    def __init__(
        self, adapter: "RedshiftPyAdapter", model: dict[str, Any], code: str
    ) -> None:
        self._adapter = adapter
        self._model = model
        self._code = code

    def run(self) -> int:
        """Build the table of DBT_TARGET, and return its rows.

        Raises DbtRuntimeError; then no table has been created, or a transaction is
        open that dbt rolls back.
        """
        with (
            tempfile.TemporaryDirectory(prefix="dbt-python-") as folder,
            open_transport(self._adapter) as transport,
        ):
            work = Path(folder)
            with self._session(work) as session:
                inputs = Inputs(self._adapter, session, transport, work)
                names, returned = self._call_model(session, inputs)
                result = self._write(session, returned, work / "result.parquet")
            self._load(names[_TARGET], result, transport)
        return result.rows

    def _session(self, work: Path) -> duckdb.DuckDBPyConnection:
        session = duckdb.connect(config={"temp_directory": str(work / "spill")})
        # As on Redshift, unless the profile says otherwise.
        settings = {
            "TimeZone": "UTC",
            **self._adapter.config.credentials.python_settings,
        }
        for name, value in settings.items():
            session.execute(
                f"set {name} = '{str(value).replace(chr(39), chr(39) * 2)}'"
            )
        return session

    def _call_model(
        self, session: duckdb.DuckDBPyConnection, inputs: Inputs
    ) -> tuple[dict[str, Any], Any]:
        names: dict[str, Any] = {"__name__": f"dbt_python_model_{self._model['alias']}"}
        _ensure_event_loop()
        try:
            # The model's own lines come first, so that a traceback shows them.
            exec(self._compiled(), names)
            returned = names["model"](names["dbtObj"](inputs.relation), session)
        except DbtRuntimeError:
            # Redshift's refusal of an input tells enough.
            raise
        except Exception as error:
            told = "".join(traceback.format_exception(_without_this_frame(error)))
            raise DbtRuntimeError(f"Python model failed:\n{told}") from error
        return names, returned

    def _compiled(self) -> CodeType:
        file = self._adapter.config.project_root, self._model["original_file_path"]
        return compile(self._code.lstrip(), str(Path(*file)), "exec")

    def _write(
        self, session: duckdb.DuckDBPyConnection, returned: Any, path: Path
    ) -> Result:
        declared = {
            name.lower(): column["data_type"]
            for name, column in self._model["columns"].items()
            if column.get("data_type")
        }
        try:
            return write_result(session, returned, declared, path)
        except (ValueError, TypeError, duckdb.Error) as error:
            raise DbtRuntimeError(
                f"The result of the Python model cannot be taken: {error}"
            ) from error

    def _load(self, target: dict[str, str], result: Result, transport: Any) -> None:
        columns = ", ".join(
            f'"{name}" {column_type.redshift}'
            for name, column_type in result.columns.items()
        )
        # The transport's upload needs no transaction, so it comes before the first.
        load = transport.prepare(result)
        self._adapter.execute(
            f"create table {target['relation']} ({columns}) {target['attributes']}",
            auto_begin=True,
        )
        if result.rows:
            load(target["relation"])


def _without_this_frame(error: Exception) -> Exception:
    """The error with a traceback that begins in the model."""
    frames = error.__traceback__
    return error.with_traceback(frames.tb_next if frames else None)


def _ensure_event_loop() -> None:
    """Asynchronous libraries look for a loop, which a thread of dbt has not."""
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())
