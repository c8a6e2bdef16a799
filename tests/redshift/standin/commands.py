"""Statements that are no queries: what passes, what has other words, what is ours."""

import re
from collections.abc import Callable

from . import transfers
from .outcome import Limitation, Rejected, Statement

# These mean the same on PostgreSQL.
PASSING = re.compile(
    r"(begin|start\s+transaction|commit|rollback|end|abort|comment|truncate|analyze"
    r"|vacuum|lock|deallocate|close|create\s+(?:group|database)"
    r"|drop\s+(?:table|view|group|user|role|database)"
    r"|alter\s+table|alter\s+group|alter\s+schema|alter\s+default\s+privileges)\b",
    re.I,
)
QUALIFIED_SCHEMA = re.compile(
    r"((?:create|drop|alter)\s+schema\s+(?:if\s+(?:not\s+)?exists\s+)?)"
    r"\"[^\"]+\"\s*\.\s*(\"[^\"]+\".*)",
    re.I | re.S,
)
SESSION_SETTING = re.compile(
    r"(set|reset)\s+(query_group|enable_case_sensitive_identifier)\b(.*)", re.I | re.S
)
ALTERED_TYPE = re.compile(r"\balter\s+column\s+\S+\s+type\b", re.I)
PHYSICAL = re.compile(r"\balter\s+(?:diststyle|distkey|sortkey|encode)\b", re.I)

TranslateQuery = Callable[[str], Statement]


def translate(sql: str, translate_query: TranslateQuery) -> Statement | None:
    """What the command becomes; None for a query, or a statement about a table."""
    first = sql.split(None, 1)[0].lower()
    if qualified := QUALIFIED_SCHEMA.fullmatch(sql):
        sql = qualified[1] + qualified[2]
        return Statement(sql, help=["a schema is named without its database"])
    if re.match(r"(create|drop)\s+schema\b", sql, re.I):
        return Statement(sql)
    if first == "alter" and PHYSICAL.search(sql):
        raise Limitation("altering keys and encodings")
    if first == "alter" and ALTERED_TYPE.search(sql):
        raise Limitation("altering the type of a column")
    if PASSING.match(sql):
        return Statement(sql)
    if re.match(r"create\s+(user|role)\b", sql, re.I):
        return _create_user(sql)
    if first in ("grant", "revoke"):
        return _grant(sql)
    if first in ("set", "reset"):
        return _setting(sql)
    if first == "show":
        return _show(sql)
    if first == "copy":
        return _copy(sql)
    if first.startswith("unload"):
        return _unload(sql, translate_query)
    return None


def _create_user(sql: str) -> Statement:
    enabled = re.sub(r"\s+password\s+disable\b", "", sql, flags=re.I)
    return Statement(enabled, help=["a password disabled is none"] * (enabled != sql))


def _grant(sql: str) -> Statement:
    bare = re.sub(r"\brole\s+(?=[\w\"])", "", sql, flags=re.I)
    return Statement(bare, help=["roles are granted by bare name"] * (bare != sql))


def _setting(sql: str) -> Statement:
    kept = SESSION_SETTING.fullmatch(sql)
    if kept is None:
        return Statement(sql)
    return Statement(
        f"{kept[1]} redshift.{kept[2]}{kept[3]}",
        help=["a setting of the session, kept under a name of ours"],
    )


def _show(sql: str) -> Statement | None:
    """The SHOW commands that dbt-redshift may use for its catalog."""
    named = re.findall(r'"[^"]*"|\'[^\']*\'|\w+', sql)
    plain = [word.strip("\"'").replace("'", "''") for word in named]
    kind = [word.lower() for word in plain[1:3]]
    arguments = plain[4:] if len(plain) > 4 else []
    if kind == ["tables", "from"] and len(arguments) >= 2:
        call = f"show_tables('{arguments[1]}')"
    elif kind == ["columns", "from"] and len(arguments) >= 3:
        call = f"show_columns('{arguments[1]}', '{arguments[2]}')"
    elif kind == ["schemas", "from"]:
        like = re.search(r"\blike\s+'([^']*)'", sql, re.I)
        call = f"show_schemas('{like[1] if like else '%'}')"
    elif kind == ["grants", "on"] and len(arguments) >= 3:
        call = f"show_grants('{arguments[1]}', '{arguments[2]}')"
    elif len(plain) == 2:
        return Statement(sql)
    else:
        raise Limitation(f"the command {sql[:60]}")
    return Statement(
        f"select * from redshift.{call}", help=["show is a function of `set_up`"]
    )


def _copy(sql: str) -> Statement:
    parts = transfers.COPY.fullmatch(sql)
    if parts is None:
        raise Limitation("this form of copy")
    options = parts["options"]
    header = re.search(r"\bignoreheader\s+(?:as\s+)?(\d+)", options, re.I)
    return Statement(
        "",
        help=["copy from S3 is carried out by the proxy"],
        transfer=transfers.Copy(
            uri=parts["uri"],
            file_format=_checked_format("copy", options),
            table=parts["table"],
            columns=parts["columns"] or "",
            header_lines=int(header[1]) if header else 0,
            serialize_to_json="serializetojson" in options.lower(),
            is_manifest=_has("manifest", options),
        ),
    )


def _unload(sql: str, translate_query: TranslateQuery) -> Statement:
    parts = transfers.UNLOAD.fullmatch(sql)
    if parts is None:
        raise Limitation("this form of unload")
    options, quoted = parts["options"], parts["query"]
    if _has("manifest", options):
        raise Limitation("unload with a manifest")
    query = quoted[2:-2] if quoted.startswith("$$") else quoted[1:-1].replace("''", "'")
    return Statement(
        "",
        help=["unload to S3 is carried out by the proxy"],
        transfer=transfers.Unload(
            uri=parts["uri"],
            file_format=_checked_format("unload", options),
            query=translate_query(query).sql,
            has_header=_has("header", options),
            may_overwrite=_has("allowoverwrite", options),
            clean_path=_has("cleanpath", options),
            is_parallel=not re.search(r"\bparallel\s+(?:off|false)\b", options, re.I),
        ),
    )


def _checked_format(command: str, options: str) -> str:
    if not transfers.AUTHORISATION.search(options):
        raise Rejected(f"{command} with S3 needs iam_role or credentials")
    unknown = transfers.unknown_options(options)
    if unknown:
        raise Limitation(f"the option {unknown} of {command}")
    file_format = transfers.file_format(options)
    if file_format is None:
        raise Limitation(f"{command} in other formats than Parquet and CSV")
    return file_format


def _has(option: str, options: str) -> bool:
    return re.search(rf"\b{option}\b", options, re.I) is not None
