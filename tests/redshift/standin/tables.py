"""CREATE TABLE and CREATE VIEW: what PostgreSQL does not have is kept beside."""

from sqlglot import exp

from .expressions import Help, note, postgresql_type
from .outcome import Limitation, Statement

UNENFORCED = (
    exp.ForeignKey,
    exp.PrimaryKey,
    exp.PrimaryKeyColumnConstraint,
    exp.Reference,
    exp.UniqueColumnConstraint,
)


def create(tree: exp.Create, statement: Statement) -> None:
    """Change the tree in place; what Redshift would keep of the table goes into the
    call that ends the statement."""
    if tree.kind not in ("TABLE", "VIEW", "SCHEMA"):
        raise Limitation(f"create {str(tree.kind).lower()}")
    physical = _physical_properties(tree, statement.help)
    for column in list(tree.find_all(exp.ColumnDef)):
        _column(column, statement.help)
    schema = tree.this
    if isinstance(schema, exp.Schema):
        kept = [each for each in schema.expressions if not _is_unenforced(each)]
        if len(kept) < len(schema.expressions):
            note(statement.help, "unenforced constraints are left out")
        schema.set("expressions", kept)
    if tree.kind == "TABLE" or (tree.kind == "VIEW" and physical):
        arguments = [f"'{relation_name(tree)}'"] + [
            f"'{physical[each]}'" if each in physical else "null"
            for each in ("diststyle", "distkey", "sortkey", "late_binding")
        ]
        statement.after.append(f"select redshift.created({', '.join(arguments)})")


def relation_name(tree: exp.Expression) -> str:
    """The name of the table of a statement, quoted."""
    parts = tree.find(exp.Table).parts
    return ".".join(f'"{part.name}"' for part in parts).replace("'", "''")


def _physical_properties(tree: exp.Create, help: Help) -> dict[str, str]:
    physical: dict[str, str] = {}
    properties = tree.args.get("properties")
    kept = []
    for each in properties.expressions if properties else []:
        if isinstance(each, exp.DistStyleProperty):
            physical["diststyle"] = each.this.name.lower()
        elif isinstance(each, exp.DistKeyProperty):
            physical["distkey"] = each.this.name.lower()
        elif isinstance(each, exp.SortKeyProperty):
            physical["sortkey"] = ",".join(key.name.lower() for key in each.this)
        elif isinstance(each, exp.MaterializedProperty):
            raise Limitation("materialized views")
        elif not isinstance(each, exp.BackupProperty):
            kept.append(each)
    tree.set("properties", exp.Properties(expressions=kept) if kept else None)
    if tree.args.get("no_schema_binding"):
        tree.set("no_schema_binding", None)
        physical["late_binding"] = "true"
        note(help, "a late-binding view is bound, and catalogued as late-binding")
    if physical:
        note(help, "dist and sort keys are kept beside: " + ", ".join(sorted(physical)))
    return physical


def _column(column: exp.ColumnDef, help: Help) -> None:
    constraints = []
    for each in column.args.get("constraints") or []:
        if isinstance(each.kind, exp.EncodeColumnConstraint):
            note(help, "encodings are left out")
        elif isinstance(each.kind, exp.PrimaryKeyColumnConstraint):
            not_null = exp.NotNullColumnConstraint()
            constraints.append(exp.ColumnConstraint(kind=not_null))
            note(help, "unenforced constraints are left out")
        elif isinstance(each.kind, UNENFORCED):
            note(help, "unenforced constraints are left out")
        elif isinstance(each.kind, exp.GeneratedAsIdentityColumnConstraint):
            raise Limitation("identity columns")
        else:
            constraints.append(each)
    column.set("constraints", constraints)
    if column.kind is not None:
        postgresql_type(column.kind, in_ddl=True)


def _is_unenforced(element: exp.Expression) -> bool:
    if isinstance(element, exp.Constraint):
        return any(isinstance(each, UNENFORCED) for each in element.expressions)
    return isinstance(element, UNENFORCED)
