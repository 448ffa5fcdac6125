"""The guide "Make people register", followed as written: each command is run, each answer compared."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml

from keyback.app.policy.standing import rebuild
from keyback.core.types import ContactKind
from keyback.store.engine import SqliteEngine
from tests.app.import_help import DATA
from tests.edges.test_guide import merged
from tests.living import Living
from tests.store.filling import add_group

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "make-people-register.md"
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANYTHING: Final = "…"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Ada has registered everything, Bob a mailbox, Eve nothing; Entra's policy lies beside."""
    living = Living(SqliteEngine(tmp_path / "keyback.db"))
    living.ada()
    living.contact(living.person("bob"), ContactKind.EMAIL, "bob@mailbox.example")
    living.person("eve")
    with living.store.writing() as unit:
        add_group(unit, "g-1", "Berlin")
        add_group(unit, "g-2", "Contractors")
    rebuild(living.house)
    living.close()
    key = tmp_path / "master.key"
    key.write_text("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    key.chmod(0o600)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8443"\n')
    (tmp_path / "entra.json").write_bytes((DATA / "entra-methods-policy.json").read_bytes())
    return tmp_path


def run(folder: Path, commands: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KEYBACK_")}
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=folder, env=environ, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    return done.stdout


def missing(expected: str, answered: str) -> list[str]:
    """Lines of the guide that were not answered in this order; `…` is anything."""
    answers = iter([" ".join(line.split()) for line in answered.splitlines()])
    lost = []
    for line in (" ".join(line.split()) for line in expected.splitlines()):
        pattern = ".*".join(re.escape(part) for part in line.split(_ANYTHING))
        if line not in {"", "…"} and not any(re.fullmatch(pattern, answer) for answer in answers):
            lost.append(line)
    return lost


def test_the_guide_works_as_written(office: Path) -> None:
    """Decisions 19, 22, 24, 27."""
    answered = ""
    kinds = set()
    for kind, text in _FENCE.findall(GUIDE.read_text()):
        kinds.add(kind)
        if kind == "console":
            answered = run(office, text)
        elif kind == "text":
            assert missing(text, answered) == [], answered
        elif kind == "yaml":
            policy = office / "policy.yaml"
            policy.write_text(yaml.safe_dump(merged(yaml.safe_load(policy.read_text()), yaml.safe_load(text))))
        else:
            (office / "groups.csv").write_text(text)
    assert kinds == {"console", "text", "yaml", "csv"}
    assert "reconfirm.csv" in {file.name for file in office.iterdir()}


def test_an_answer_that_is_not_given_is_noticed() -> None:
    assert missing("one …\n…\nthree", "one 1\ntwo\nthree") == []
    assert missing("three\none 1", "one 1\ntwo\nthree") == ["one 1"]
