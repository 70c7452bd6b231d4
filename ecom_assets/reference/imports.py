"""What imports what, as a diagram: the folders of the package, read from its code."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def diagram() -> str:
    """A Mermaid diagram: an arrow from each folder or module to those that it imports, but for what
    follows from other arrows.

    Raises:
        graphlib.CycleError: some import each other.
    """
    graph = _graph()
    reached: dict[str, set[str]] = {}
    for part in TopologicalSorter(graph).static_order():  # what is imported comes first
        reached[part] = set(graph[part]).union(*(reached[other] for other in graph[part]))
    arrows = [
        f"    {part} --> {other}"
        for part, others in sorted(graph.items())
        for other in sorted(others)
        if not any(other in reached[between] for between in others)
    ]
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```", ""])


def _graph() -> Mapping[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part != "__init__":
            graph.setdefault(part, set()).update(set(_imported(path)) - {part})
    return graph


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            name = f"{node.module}.{node.names[0].name}".split(".")
            if name[0] == PACKAGE.name:
                yield name[1]
