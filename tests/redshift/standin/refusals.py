"""What Redshift refuses, by the rules of the static gate, and what is unknown here."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from tests.redshift.gate import data_types, finding, grammar, lexical, windows
from tests.redshift.gate.reference import FUNCTIONS, SYNTAX_WORDS

from .outcome import Limitation, Rejected

# Rules of the gate that are stricter than Redshift, for the sake of DuckDB or of
# safety. What breaks any other is refused as Redshift documents it.
STRICTER_THAN_REDSHIFT = {
    "backslash",
    "float",
    "group-by-all",
    "integer-division",
    "name-case",
    "star",
    "unsized-decimal",
    "unsized-string",
}

EMULATED_FUNCTIONS = frozenset(
    (Path(__file__).parent / "functions.txt").read_text(encoding="utf-8").split()
)
"""Documented functions that PostgreSQL has with the same meaning, or `set_up` adds."""


def check(tree: exp.Expression, tokens: list[Token], sql: str) -> None:
    """Raise Rejected for what Redshift refuses, Limitation for a function that is
    documented but not emulated."""
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for offence in _offences(tree, tokens, sql, ctes):
        if offence.code == "leader-node-function" and not tree.find(exp.From):
            continue
        if offence.code not in STRICTER_THAN_REDSHIFT:
            raise Rejected(f"{offence.code}, line {offence.line}: {offence.advice}")
    for name in _called(tokens, ctes):
        if name not in EMULATED_FUNCTIONS:
            raise Limitation(f"the function {name}()")


def _offences(
    tree: exp.Expression, tokens: list[Token], sql: str, ctes: set[str]
) -> Iterator[finding.Offence]:
    yield from lexical.check(tokens, sql, ctes)
    for rules in (grammar, windows, data_types):
        yield from rules.check(tree)


def _called(tokens: list[Token], ctes: set[str]) -> Iterator[str]:
    for token, after in pairwise(tokens):
        name = token.text.lower()
        if (
            after.token_type == TokenType.L_PAREN
            and token.token_type not in (TokenType.IDENTIFIER, TokenType.STRING)
            and name in FUNCTIONS
            and name not in SYNTAX_WORDS | ctes
        ):
            yield name
