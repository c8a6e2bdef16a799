"""Rules on the words of a statement, which the parser would smooth over.

sqlglot reads `ifnull` as `coalesce` and forgives a trailing comma: what was written
shows only in the tokens.
"""

import re
from collections.abc import Iterator

from sqlglot.tokens import Token, TokenType

from .finding import Offence
from .reference import DEPRECATED_LEADER_NODE, FUNCTIONS, INSTEAD_OF, SYNTAX_WORDS

WORD = re.compile(r"[a-z_][a-z0-9_]*")

NAMES_A_COLUMN_LIST = frozenset({"as", "index", "into", "on", "table", "view", "with"})
AFTER_COMMA = frozenset({"from", ")", "where", "group by", "order by", ";"})
BRACKETS = {
    TokenType.L_BRACE: ("struct", "Give every field a column of its own"),
    TokenType.L_BRACKET: ("array", "Give every item a row, or a column, of its own"),
}
OPERATORS = {
    TokenType.ARROW: ("json", "Write json_extract_path_text, or flatten in staging"),
    TokenType.DARROW: ("json", "Write json_extract_path_text, or flatten in staging"),
    TokenType.NULLSAFE_EQ: (
        "is-distinct-from",
        "Write (a = b or (a is null and b is null))",
    ),
}


def check(tokens: list[Token], sql: str, tables: set[str]) -> Iterator[Offence]:
    """Offences of the tokens of one statement; `tables` are its CTEs."""
    if tokens and tokens[0].token_type == TokenType.FROM:
        yield Offence(1, "from-first", "Write the select list before `from`.")
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        yield from _call(token, before, after, tables)
        yield from _operator(token, after)
        yield from _by_all(token, after)
        yield from _written(token, before, sql)


def _call(
    token: Token, before: Token | None, after: Token | None, tables: set[str]
) -> Iterator[Offence]:
    name = token.text.lower()
    if token.token_type in (TokenType.IDENTIFIER, TokenType.STRING):
        return
    qualified = before is not None and before.token_type == TokenType.DOT
    aliased = before is not None and before.text.lower() == "as"
    if name in DEPRECATED_LEADER_NODE and not (qualified or aliased):
        yield Offence(
            token.line,
            "leader-node-function",
            f"Write getdate(), or a variable, for {name}, which runs on no table.",
        )
    if after is None or after.token_type != TokenType.L_PAREN:
        return
    if not WORD.fullmatch(name) or name in SYNTAX_WORDS or name in tables or qualified:
        return
    if before is not None and (
        before.token_type == TokenType.R_PAREN
        or before.text.lower() in NAMES_A_COLUMN_LIST
    ):
        return
    if name not in FUNCTIONS:
        instead = INSTEAD_OF.get(name, "a function of functions.csv")
        yield Offence(
            token.line,
            "function",
            f"Write {instead}: Redshift documents no function {name}().",
        )


def _operator(token: Token, after: Token | None) -> Iterator[Offence]:
    if token.token_type in BRACKETS:
        code, advice = BRACKETS[token.token_type]
        yield Offence(token.line, code, f"{advice}: Redshift has no {code} literals.")
    if token.token_type in OPERATORS:
        code, advice = OPERATORS[token.token_type]
        yield Offence(token.line, code, f"{advice}: the operator is not Redshift's.")
    if after is None:
        return
    if token.token_type == after.token_type == TokenType.SLASH:
        yield Offence(
            token.line,
            "integer-division",
            "Write cast(floor(cast(a as double precision) / b) as bigint) for `//`.",
        )
    if (
        token.token_type == TokenType.COMMA
        and after.token_type != TokenType.IDENTIFIER
        and after.text.lower() in AFTER_COMMA
    ):
        yield Offence(token.line, "trailing-comma", "Leave out the last comma.")


def _by_all(token: Token, after: Token | None) -> Iterator[Offence]:
    if after is None or after.text.lower() != "all":
        return
    if token.token_type in (TokenType.ORDER_BY, TokenType.GROUP_BY):
        clause = token.text.lower()
        yield Offence(
            token.line,
            clause.replace(" ", "-") + "-all",
            f"Name the columns instead of `{clause} all`.",
        )


def _written(token: Token, before: Token | None, sql: str) -> Iterator[Offence]:
    text = sql[token.start : token.end + 1]
    if token.token_type == TokenType.STRING and "\\" in text:
        yield Offence(
            token.line,
            "backslash",
            "Write the text without a backslash, which escapes on Redshift only"
            " ([0-9] for a digit).",
        )
    if token.token_type == TokenType.EQ and text == "==":
        yield Offence(token.line, "operator", "Write = for ==.")
    type_before = before is not None and (
        before.token_type in (TokenType.ALIAS, TokenType.DCOLON)
    )
    if type_before and text.lower() in ("float", "float4", "float8", "double"):
        yield Offence(
            token.line,
            "float",
            "Write double precision, or real: float has 4 bytes on DuckDB, 8 on"
            " Redshift.",
        )
