"""What dbt wrote down about its last run, and whether that may be published."""

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from music_warehouse.errors import UserError

GREEN = frozenset({"success", "pass", "warn", "no-op"})
_UNIQUENESS_TESTS = ("unique", "unique_combination_of_columns")

# dbt closes the database a moment after it has written its results: 9 ms here, over
# five seconds on a machine with six times as much to do as it can.
_CLOSING_SECONDS = 30.0


@dataclass(frozen=True)
class Mart:
    """A public model: where it lies in the warehouse, the order of its rows, and what
    it and its columns mean, as far as that is described."""

    name: str
    relation: str
    order_by: tuple[str, ...]
    description: str
    column_descriptions: dict[str, str]


@dataclass(frozen=True)
class BuildRecord:
    """The last run of dbt, as its manifest and run results tell it."""

    manifest: dict[str, Any]
    results: dict[str, Any]

    @classmethod
    def read(cls, target: Path) -> "BuildRecord":
        """Read both artefacts from dbt's target folder."""
        manifest, results = target / "manifest.json", target / "run_results.json"
        if not manifest.is_file() or not results.is_file():
            raise UserError(
                f"dbt has left no results in {target}: run `music-warehouse build`."
            )
        return cls(
            json.loads(manifest.read_text(encoding="utf-8")),
            json.loads(results.read_text(encoding="utf-8")),
        )

    def after(self, earlier: "BuildRecord") -> "BuildRecord":
        """This run and an earlier one as one record: what this one says of a node
        counts."""
        said = {result["unique_id"]: result for result in earlier.results["results"]}
        said |= {result["unique_id"]: result for result in self.results["results"]}
        results = {**self.results, "results": list(said.values())}
        return BuildRecord(self.manifest, results)

    @property
    def invocation_id(self) -> str:
        """dbt's own name for the run."""
        return str(self.results["metadata"]["invocation_id"])

    @property
    def dbt_version(self) -> str:
        """The version of dbt-core that ran."""
        return str(self.results["metadata"]["dbt_version"])

    @property
    def variables(self) -> dict[str, Any]:
        """The vars given on dbt's command line."""
        return dict(self.results["args"].get("vars") or {})

    @property
    def started_at(self) -> float:
        """When the run began, in seconds since 1970."""
        return _seconds(self.results["metadata"]["invocation_started_at"])

    @property
    def ended_at(self) -> float:
        """When dbt wrote its results, in seconds since 1970."""
        return _seconds(self.results["metadata"]["generated_at"])

    def marts(self) -> list[Mart]:
        """The public models of the project, by name."""
        nodes = self.manifest["nodes"].values()
        return sorted(
            (
                Mart(
                    name=node["name"],
                    relation=node["relation_name"],
                    order_by=self._key(node),
                    description=_one_line(node.get("description")),
                    column_descriptions={
                        column: _one_line(told.get("description"))
                        for column, told in node["columns"].items()
                    },
                )
                for node in nodes
                if node["resource_type"] == "model" and node["access"] == "public"
            ),
            key=lambda mart: mart.name,
        )

    def first_not_green(self) -> str | None:
        """The name of the first node that failed, if one did; a node skipped
        because of another comes after all others."""
        failed = [r for r in self.results["results"] if r["status"] not in GREEN]
        failed.sort(key=lambda result: result["status"] == "skipped")
        if not failed:
            return None
        return f"{_short(failed[0]['unique_id'])} ({failed[0]['status']})"

    def what_failed(self) -> str | None:
        """How many nodes did not succeed, the skipped ones included, and the first of
        them; None where all did."""
        first = self.first_not_green()
        count = sum(r["status"] not in GREEN for r in self.results["results"])
        nodes = "node is" if count == 1 else "nodes are"
        return f"{count} {nodes} not green, {first} first" if first else None

    def failed_tests(self) -> dict[str, str]:
        """The SQL of the data tests that found rows, by name, in the order in which
        they ended; dbt notes it where the test ran."""
        return {
            _short(result["unique_id"]): result["compiled_code"]
            for result in self.results["results"]
            if result["status"] == "fail"
            and result["unique_id"].startswith("test.")
            and result.get("compiled_code")
        }

    def require_publishable(
        self,
        warehouse: Path,
        unit_tested: bool = False,
        trained_before: bool = False,
        untouched: Collection[str] = (),
    ) -> None:
        """Refuse, in one sentence, what no whole and green `dbt build` has checked,
        and a warehouse that was not written last by that very run."""
        self.require_whole_and_green(unit_tested, trained_before, untouched)
        if not self._wrote(warehouse):
            raise UserError(
                f"{warehouse} is not as the last dbt build left it: "
                "run `music-warehouse build`."
            )

    def require_whole_and_green(
        self,
        unit_tested: bool = False,
        trained_before: bool = False,
        untouched: Collection[str] = (),
    ) -> None:
        """Refuse, in one sentence, a run that was no whole and green `dbt build`.

        Whole means every public model, every model that is trained and every test of
        the project; the unit tests excepted where the same definitions have passed
        them before (`unit_tested`), what is trained where an earlier build has ended
        that (`trained_before`), and nodes that a published build has run and for which
        nothing has come since (`untouched`, by unique id).
        """
        again = "run `music-warehouse build`."
        if self.results["args"]["which"] != "build":
            raise UserError(
                f"dbt's last run was `dbt {self.results['args']['which']}`, which "
                f"tests nothing before publication: {again}"
            )
        for option in ("empty", "sample"):
            if self.results["args"].get(option):
                raise UserError(
                    f"The last dbt build ran with --{option}, so its marts lack rows: "
                    "run `music-warehouse build --full-refresh`."
                )
        if (first := self.first_not_green()) is not None:
            raise UserError(
                f"The last dbt build is not green, {first} for one: mend it and {again}"
            )
        if self.manifest["metadata"]["invocation_id"] != self.invocation_id:
            raise UserError(f"dbt has read the project anew since its build: {again}")
        ran = {result["unique_id"] for result in self.results["results"]}
        required = self._required(unit_tested, trained_before)
        if missing := required - ran - {*untouched}:
            raise UserError(
                f"The last dbt build left out {len(missing)} models or tests, "
                f"{_short(min(missing))} for one: {again}"
            )

    def _required(self, unit_tested: bool, trained_before: bool) -> set[str]:
        nodes = {
            unique_id
            for unique_id, node in self.manifest["nodes"].items()
            if node["resource_type"] == "test"
            or (node["resource_type"] == "model" and node["access"] == "public")
            or (
                not trained_before
                and "retrained" in node.get("config", {}).get("meta", {})
            )
        }
        return nodes if unit_tested else nodes | set(self.manifest["unit_tests"])

    def _wrote(self, warehouse: Path) -> bool:
        log = warehouse.with_name(warehouse.name + ".wal")
        written = [os.stat(file).st_mtime for file in (warehouse, log) if file.exists()]
        if not written:
            return False
        return self.started_at <= max(written) <= self.ended_at + _CLOSING_SECONDS

    def _key(self, model: dict[str, Any]) -> tuple[str, ...]:
        """The model's key, in the order in which its uniqueness test names it.

        dbt's own `primary_key` is a guess that loses this order and mixes tests:
        `unique_combination_of_columns` of (y, x) and `not_null` of x give it (x).
        Of several keys the one with the fewest texts counts, since 6 million rows sort
        by integers in 1.3 s and by texts in 2.8 s; then the shortest.
        """
        keys = []
        for node in self.manifest["nodes"].values():
            test = node.get("test_metadata")
            if test is None or node["attached_node"] != model["unique_id"]:
                continue
            if test["name"] in _UNIQUENESS_TESTS:
                given = test["kwargs"]
                columns = given.get("combination_of_columns") or [given["column_name"]]
                keys.append(tuple(columns))
        if not keys:
            raise UserError(
                f"The public model {model['name']} has no uniqueness test, so its rows "
                "have no order to be published in: add one."
            )

        def cost(key: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
            types = [
                model["columns"].get(column, {}).get("data_type") or ""
                for column in key
            ]
            return sum(text.startswith("varchar") for text in types), len(key), key

        return min(keys, key=cost)


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


def _one_line(description: str | None) -> str:
    """Without the line ends of YAML and of documentation blocks."""
    return " ".join((description or "").split())


def _short(unique_id: str) -> str:
    return unique_id.split(".")[2]
