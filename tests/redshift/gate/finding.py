"""What the gate says: findings with a place, a code and an advice."""

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True)
class Offence:
    """What a rule objects to in a statement: the line in it, the code, the advice."""

    line: int
    code: str
    advice: str


@dataclass(frozen=True, order=True)
class Finding:
    """An offence in a file. Sorts by file and line."""

    path: str
    line: int
    code: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}: {self.advice}"


def offence(node: exp.Expression, code: str, advice: str) -> Offence:
    """An offence of a part of the syntax tree."""
    return Offence(line_of(node), code, advice)


def mark_lines(tree: exp.Expression) -> None:
    """Give every node the line (from 1) where it begins.

    sqlglot keeps places of names and functions only: the first one inside a node
    counts, else that of the node around it.
    """
    nodes = list(tree.walk(bfs=False))
    for node in reversed(nodes):
        lines = [
            each.meta["line"] for each in node.iter_expressions() if "line" in each.meta
        ]
        if lines and "line" not in node.meta:
            node.meta["line"] = min(lines)
    for node in nodes:
        around = node.parent.meta["line"] if node.parent is not None else 1
        node.meta.setdefault("line", around)


def line_of(node: exp.Expression) -> int:
    """The line of a node; that around it where a node was added after marking."""
    around: exp.Expression | None = node
    while around is not None:
        if "line" in around.meta:
            return int(around.meta["line"])
        around = around.parent
    return 1
