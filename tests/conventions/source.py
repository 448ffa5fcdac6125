"""The project's own files, read as text and as syntax trees, for tests about how it is written."""

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "keyback"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path from the root of the project, for messages."""
        return str(self.path.relative_to(ROOT))


@cache
def sources(folder: Path) -> tuple[Source, ...]:
    """Every Python file below a folder."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text()
        found.append(Source(path, text, ast.parse(text)))
    assert found, f"no Python file below {folder}"
    return tuple(found)


@cache
def project_files() -> tuple[Path, ...]:
    """Files that Git tracks or would track."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def plain_strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants that are not docstrings. Parts of f-strings count."""
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


def called(node: ast.Call) -> str:
    """Last part of the name that is called: `say`, `commit`."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def english() -> Mapping[str, str]:
    """Every message id with its English sentence, from every `MESSAGES` in the package."""
    gathered: dict[str, str] = {}
    for source in sources(PACKAGE):
        for table in message_tables(source.tree):
            for id_, sentence in ast.literal_eval(table).items():
                assert id_ not in gathered, f"{source.name}: {id_} has a sentence elsewhere already"
                gathered[id_] = sentence
    return gathered


def message_tables(tree: ast.Module) -> Iterator[ast.Dict]:
    """The dictionary display of each `MESSAGES` in a module, also within `MappingProxyType(...)`."""
    for node in tree.body:
        if not isinstance(node, ast.AnnAssign | ast.Assign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "MESSAGES" for target in targets):
            value = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            if isinstance(value, ast.Dict):
                yield value
