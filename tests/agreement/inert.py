"""Proves of emitted Python that importing it runs nothing but what the emitter means to run.

Whatever a component says can only be in strings, and in names. So the statements at the top of modules and classes are
of few kinds, and what is evaluated there calls nothing but a few well-known functions and touches no special attributes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

STATEMENTS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.If, ast.Expr)
CALLED = {
    "Bits", "Files.package", "Labels", "Signature", "Struct", "dataclass", "globals",
}  # fmt: skip
SPECIAL = {"__all__", "__annotations__", "__file__", "__name__", "__package__", "__slots__"}
MODULES = {
    "__future__",
    "array",
    "builtins",
    "collections.abc",
    "enum",
    "itertools",
    "struct",
    "typing",
    "witcraft.runtime",
}


def assert_inert(files: Mapping[str, object]) -> None:
    for path, source in files.items():
        assert "\0" not in path
        assert not path.startswith(("/", "."))
        assert ".." not in path
        if path.endswith(".py"):
            assert isinstance(source, str)
            source.encode()
            body = ast.parse(source, path).body
            compile(source, path, "exec", dont_inherit=True)
            for flaw in flaws(body):
                raise AssertionError(f"{path}:{flaw}")


def flaws(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if not isinstance(statement, STATEMENTS):
            yield f"{statement.lineno}: {type(statement).__name__}"
        for node in evaluated(statement):
            if flaw := flaw_of(node):
                yield f"{getattr(node, 'lineno', 0)}: {flaw}"


def evaluated(statement: ast.stmt) -> Iterator[ast.AST]:
    """All nodes that are evaluated when the module is imported: no bodies of functions, no annotations."""
    todo: list[ast.AST | None] = [statement]
    while todo:
        node = todo.pop()
        if node is not None:
            yield node
            todo += parts(node)


def parts(node: ast.AST) -> Iterable[ast.AST | None]:
    match node:
        case ast.FunctionDef(args=args, decorator_list=decorators):
            return [*decorators, *args.defaults, *args.kw_defaults]
        case ast.AnnAssign(target=target, value=value):
            return [target, value]
        case ast.Lambda(args=args):
            return [*args.defaults, *args.kw_defaults]
        case _:
            return ast.iter_child_nodes(node)


def flaw_of(node: ast.AST) -> str | None:
    match node:
        case ast.Import(names=names) if not {it.name for it in names} <= MODULES:
            return "imports " + ", ".join(it.name for it in names)
        case ast.ImportFrom(module=module, level=0) if module not in MODULES:
            return f"imports from {module}"
        case ast.Expr(value=value) if not isinstance(value, ast.Constant):
            return "an expression"
        case ast.Call(func=func) if ast.unparse(func).lstrip("_") not in CALLED:
            return f"calls {ast.unparse(func)}"
        case ast.Attribute(attr=name) | ast.Name(id=name) if name.startswith("__") and name not in SPECIAL:
            return f"touches {name}"
        case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr() | ast.ListComp() | ast.JoinedStr():
            return type(node).__name__
    return None
