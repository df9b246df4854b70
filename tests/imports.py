"""The imports between modules, read from the sources without importing anything."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Import:
    """A name that a module imports, with the line; `lazy` is True when it is imported only as a function runs."""

    importer: str
    name: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer} imports {self.name} (line {self.line})"


def within(name: str, *packages: str) -> bool:
    """True when a dotted name is one of these packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@cache
def modules(*packages: str) -> dict[str, Path]:
    """The path of every module of these packages, by its dotted name."""
    paths = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    return {dotted(path): path for path in paths}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(*packages: str) -> Iterator[Import]:
    """Every import in these packages, also in functions and under `TYPE_CHECKING`."""
    for importer, path in modules(*packages).items():
        yield from imports_of(importer, path)


@cache
def imports_of(importer: str, path: Path) -> list[Import]:
    """Every import in one module."""
    tree = ast.parse(path.read_text(), filename=str(path))
    lazy = {id(node) for function in functions(tree) for node in ast.walk(function)}
    is_package = path.stem == "__init__"
    return [
        Import(importer, name, getattr(node, "lineno", 0), id(node) in lazy)
        for node in ast.walk(tree)
        for name in imported_names(node, importer, is_package=is_package)
    ]


def functions(tree: ast.Module) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported_names(node: ast.AST, importer: str, *, is_package: bool) -> list[str]:
    """The dotted names that a statement imports; `from server.web import folders` is `server.web.folders`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    source = node.module or ""
    if node.level:
        above = importer.split(".")
        here = above[: len(above) - node.level + is_package]
        source = ".".join([*here, source] if source else here)
    return [f"{source}.{alias.name}" for alias in node.names]
