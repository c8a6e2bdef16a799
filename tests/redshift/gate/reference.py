"""What Amazon Redshift documents, as data. README.md says where each list is from."""

import csv
from pathlib import Path

HERE = Path(__file__).parent

DEVELOPER_GUIDE = "https://docs.aws.amazon.com/redshift/latest/dg"

with (HERE / "functions.csv").open(encoding="utf-8", newline="") as rows:
    FUNCTIONS: dict[str, str] = {
        row["function"]: f"{DEVELOPER_GUIDE}/{row['page']}.html"
        for row in csv.DictReader(rows)
    }
"""Documented functions that run on compute nodes, and the page of each."""


def _words(file: str) -> frozenset[str]:
    return frozenset((HERE / file).read_text(encoding="utf-8").split())


RESERVED_WORDS = _words("reserved_words.txt")
"""Words that cannot be bare names (page r_pg_keywords)."""

SYNTAX_WORDS = _words("syntax_words.txt")
"""Words of the grammar that a bracket may follow without making a call of them."""

SYSTEM_COLUMNS = {"cmax", "cmin", "ctid", "oid", "tableoid", "xmax", "xmin"}
"""Names PostgreSQL keeps for itself (page c_unsupported-postgresql-features)."""

DEPRECATED_LEADER_NODE = {
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
}
"""Functions without brackets (page c_SQL_functions_leader_node_only)."""

DATE_PARTS = _words("date_parts.txt")
"""Parts of a date (page r_Dateparts_for_datetime_functions), without abbreviations."""

INSTEAD_OF = {
    "age": "datediff",
    "arg_max": "row_number() in a CTE and a filter on 1",
    "arg_min": "row_number() in a CTE and a filter on 1",
    "array_agg": "listagg within group, or one row per item",
    "concat_ws": "`||` with coalesce",
    "count_if": "sum(case when … then 1 else 0 end)",
    "date_add": "{{ dbt.dateadd(…) }}",
    "date_diff": "{{ dbt.datediff(…) }}",
    "epoch": "extract(epoch from …)",
    "every": "bool_and",
    "generate_series": "row_number() over a table with rows enough, or a seed",
    "ifnull": "coalesce",
    "list": "listagg within group, or one row per item",
    "max_by": "row_number() in a CTE and a filter on 1",
    "min_by": "row_number() in a CTE and a filter on 1",
    "mode": "counts and row_number() in CTEs",
    "now": "getdate(), or better a variable of the project",
    "quantile_cont": "percentile_cont(…) within group (order by …)",
    "quantile_disc": "percentile_disc(…) within group (order by …)",
    "regexp_extract": "regexp_substr, or split_part",
    "regexp_matches": "regexp_count(…) > 0, or like",
    "sha256": "sha2(…, 256)",
    "starts_with": "left(…, n) = …",
    "strftime": "to_char",
    "string_agg": "listagg within group",
    "try": "a case that excludes the bad values first",
    "unnest": "one row per item in staging",
}
"""What a function of another engine is on Redshift, for the advice."""
