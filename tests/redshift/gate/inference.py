"""Types of expressions, as far as they follow from the tables that are read."""

import re

from sqlglot import MappingSchema, exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

Type = exp.DataType.Type
Columns = dict[str, str]

# Functions that answer in the type of what they are given (pages r_ROUND and so on).
TYPES_OF_FUNCTIONS = {
    **Redshift.EXPRESSION_METADATA,
    **{
        function: {
            "annotator": lambda types, node: types._annotate_by_args(node, "this")
        }
        for function in (exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign, exp.Trunc)
    },
}


class Tables:
    """Columns and types of the relations of a project; grows as models are read."""

    # sqlglot takes a decimal with a size for the widest type there is, wider than a
    # double: so sizes of decimals are left out here.

    def __init__(self) -> None:
        self._schema = MappingSchema(dialect="redshift")
        self._known: set[str] = set()

    def __contains__(self, relation: str) -> bool:
        return relation in self._known

    def add(self, relation: str, columns: Columns) -> None:
        """Know a relation, named `database.schema.table`."""
        self._known.add(relation)
        kinds = {
            name: re.sub(r"^(decimal|numeric)\(.*\)$", r"\1", written.lower())
            for name, written in columns.items()
        }
        self._schema.add_table(
            exp.to_table(relation, dialect="redshift"), kinds, match_depth=False
        )

    def typed(self, tree: exp.Expression) -> exp.Expression | None:
        """The query with a type at every expression; None where it cannot be had."""
        typed = tree.copy()
        for cast in typed.find_all(exp.Cast):
            if cast.to.this == Type.DECIMAL:
                cast.to.set("expressions", [])
        for literal in list(typed.find_all(exp.Literal)):
            if not literal.is_string and not literal.is_int:
                # Redshift reads 1.5 and 1e9 as decimals; sqlglot would as doubles.
                literal.replace(exp.cast(literal.copy(), "decimal"))
        try:
            typed = qualify(
                typed,
                schema=self._schema,
                dialect="redshift",
                expand_alias_refs=False,
                validate_qualify_columns=False,
                quote_identifiers=False,
                identify=False,
            )
            return annotate_types(
                typed,
                schema=self._schema,
                expression_metadata=TYPES_OF_FUNCTIONS,
                dialect="redshift",
            )
        except SqlglotError:
            return None


def type_of(node: exp.Expression) -> Type:
    """The type of an expression of a typed query, UNKNOWN where it is open."""
    return node.type.this if node.type is not None else Type.UNKNOWN


def output_columns(typed: exp.Expression) -> Columns:
    """Names and types of what a typed query gives."""
    if not isinstance(typed, exp.Query):
        return {}
    return {
        column.alias_or_name: column.type.sql("redshift")
        if column.type is not None
        else "unknown"
        for column in typed.selects
    }
