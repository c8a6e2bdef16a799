"""Taking one delivery into the lake, whole or not at all."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from music_warehouse.ingest.delimited import DelimitedFile, count_lines
from music_warehouse.ingest.deliveries import Delivery
from music_warehouse.ingest.gate import file_sha256, is_parquet
from music_warehouse.ingest.json_file import JsonDelivery, count_elements
from music_warehouse.ingest.lake import (
    REJECTS,
    REJECTS_SCHEMA,
    file_name,
    write_table,
)
from music_warehouse.ingest.ledger import (
    DUPLICATE,
    LOADED,
    REJECTED,
    Ledger,
    LedgerEntry,
    arrival_time,
)
from music_warehouse.ingest.listeners import listener_of, told_path
from music_warehouse.ingest.parquet_file import ParquetDelivery, count_rows
from music_warehouse.ingest.report import FileReport
from music_warehouse.ingest.rewritten import read_rewritten
from music_warehouse.ingest.rows import FileRejected
from music_warehouse.ingest.store import store_rows
from music_warehouse.privacy.store import PrivacyStore


class Loader:
    """Loads deliveries into one lake, one after the other."""

    def __init__(
        self,
        lake: Path,
        ledger: Ledger,
        privacy: PrivacyStore,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._lake = lake
        self._privacy = privacy
        self._ledger = ledger
        self._on_bytes = on_bytes
        self._rewritten = read_rewritten(lake)

    def load(self, delivery: Delivery) -> FileReport:
        """Load one file, or record why not; the ledger entry is the last step."""
        original = self._original_of(delivery)
        if original is not None:
            self._on_bytes(original.file_bytes)
            return self._record_duplicate(delivery, original)
        rest_of = self._rest_of(delivery)
        if rest_of is not None:
            self._on_bytes(delivery.path.stat().st_size)
            return self._record_rest(delivery, rest_of)
        try:
            return self._load_rows(delivery)
        except FileRejected as rejected:
            return self._record_rejected(delivery, rejected)

    def _original_of(self, delivery: Delivery) -> LedgerEntry | None:
        contract = delivery.contract
        return self._ledger.loaded_file(
            contract.source,
            contract.table,
            delivery.path.stat().st_size,
            sha256=lambda: file_sha256(delivery.path),
            listener=listener_of(told_path(delivery, self._privacy, file_seq=0)),
        )

    def _rest_of(self, delivery: Delivery) -> LedgerEntry | None:
        """The loaded delivery that this is what an erasure has left of; a file of one
        listener is removed as a whole."""
        if not self._rewritten or delivery.folder is not None:
            return None
        file_seq = self._rewritten.get(file_sha256(delivery.path))
        return None if file_seq is None else self._ledger.entry(file_seq)

    def _load_rows(self, delivery: Delivery) -> FileReport:
        contract = delivery.contract
        file_seq = self._ledger.last_file_seq + 1
        with closing(self._open(delivery)) as rows:
            stored = store_rows(rows, self._lake, contract, self._privacy, file_seq)
        entry = self._entry(
            delivery,
            file_seq,
            rows.sha256(),
            LOADED,
            line_count=stored.lines,
            header_lines=rows.header_lines,
            blank_lines=stored.blank_lines,
            rows_loaded=stored.rows_loaded,
            rows_rejected=stored.rows_rejected,
            rows_suppressed=stored.rows_suppressed,
            drift_columns=",".join(rows.drift_columns),
            lake_path=stored.lake_path.as_posix(),
            lake_sha256=stored.lake_sha256,
        )
        for temporary, path in stored.files.items():
            temporary.replace(path)
        self._ledger.append(entry, stored.files.values())
        return _report(delivery, entry, stored.reasons)

    def _open(
        self, delivery: Delivery
    ) -> DelimitedFile | ParquetDelivery | JsonDelivery:
        if delivery.folder is not None:
            return JsonDelivery(
                delivery.path,
                delivery.contract,
                delivery.folder,
                self._on_bytes,
                is_suppressed=self._privacy.listener(delivery.folder) is None,
            )
        if is_parquet(delivery.path):
            return ParquetDelivery(delivery.path, delivery.contract, self._on_bytes)
        return DelimitedFile(delivery.path, delivery.contract, self._on_bytes)

    def _record_duplicate(
        self, delivery: Delivery, original: LedgerEntry
    ) -> FileReport:
        entry = self._entry(
            delivery,
            self._ledger.last_file_seq + 1,
            original.file_sha256,
            DUPLICATE,
            reason="same_bytes",
            detail=f"The same bytes as delivery {original.file_seq}, "
            f"{original.file_name}.",
            duplicate_of_file_seq=original.file_seq,
            line_count=original.line_count,
            header_lines=original.header_lines,
            blank_lines=original.blank_lines,
            rows_repeated=original.rows_loaded
            + original.rows_rejected
            + original.rows_suppressed,
            drift_columns=original.drift_columns,
        )
        self._ledger.append(entry)
        return _report(delivery, entry, {})

    def _record_rest(self, delivery: Delivery, original: LedgerEntry) -> FileReport:
        lines, blank_lines, header_lines = _counted(delivery)
        entry = self._entry(
            delivery,
            self._ledger.last_file_seq + 1,
            file_sha256(delivery.path),
            DUPLICATE,
            reason="rest_of_erased",
            detail=f"What erasures have left of delivery {original.file_seq}, "
            f"{original.file_name}.",
            duplicate_of_file_seq=original.file_seq,
            line_count=lines,
            header_lines=header_lines,
            blank_lines=blank_lines,
            rows_repeated=lines - header_lines - blank_lines,
            drift_columns=original.drift_columns,
        )
        self._ledger.append(entry)
        return _report(delivery, entry, {})

    def _record_rejected(
        self, delivery: Delivery, rejected: FileRejected
    ) -> FileReport:
        file_seq = self._ledger.last_file_seq + 1
        lines, blank_lines, header_lines = _counted(delivery)
        entry = self._entry(
            delivery,
            file_seq,
            file_sha256(delivery.path),
            REJECTED,
            reason=rejected.reason,
            detail=rejected.detail,
            line_count=lines,
            header_lines=header_lines,
            blank_lines=blank_lines,
            rows_rejected=lines - header_lines - blank_lines,
        )
        reject = {
            "file_seq": file_seq,
            "reason": rejected.reason,
            "detail": rejected.detail,
            "contract_version": delivery.contract.version,
        }
        write_table(
            pa.Table.from_pylist([reject], schema=REJECTS_SCHEMA),
            self._lake / REJECTS / file_name(file_seq),
        )
        self._ledger.append(entry)
        return _report(delivery, entry, {rejected.reason: 1})

    def _entry(
        self,
        delivery: Delivery,
        file_seq: int,
        sha256: str,
        state: str,
        **fields: object,
    ) -> LedgerEntry:
        path, contract = delivery.path, delivery.contract
        told = told_path(delivery, self._privacy, file_seq)
        return LedgerEntry(
            file_seq=file_seq,
            source=contract.source,
            table_name=contract.table,
            # The path tells what a mended file mends, from wherever it is named.
            file_path=told.as_posix(),
            file_name=told.name,
            file_bytes=path.stat().st_size,
            file_sha256=sha256,
            state=state,
            contract_version=contract.version,
            arrived_at=arrival_time(),
            **fields,  # type: ignore[arg-type]
        )


def _counted(delivery: Delivery) -> tuple[int, int, int]:
    """Lines, and blank and header lines among them, as far as the file can be read."""
    if delivery.folder is not None:
        return count_elements(delivery.path), 0, 0
    if is_parquet(delivery.path):
        return count_rows(delivery.path), 0, 0
    lines, blank_lines = count_lines(delivery.path)
    if lines and blank_lines == lines:
        blank_lines -= 1
    return lines, blank_lines, min(lines, 1)


def _report(
    delivery: Delivery, entry: LedgerEntry, reasons: dict[str, int]
) -> FileReport:
    return FileReport(
        path=delivery.path if delivery.folder is None else Path(entry.file_path),
        source=entry.source,
        table=entry.table_name,
        file_seq=entry.file_seq,
        state=entry.state,
        rows_loaded=entry.rows_loaded,
        rows_rejected=entry.rows_rejected,
        rows_repeated=entry.rows_repeated,
        rows_suppressed=entry.rows_suppressed,
        reasons=reasons,
        drift_columns=tuple(filter(None, entry.drift_columns.split(","))),
        reason=entry.reason,
        detail=entry.detail,
        duplicate_of_file_seq=entry.duplicate_of_file_seq,
    )
