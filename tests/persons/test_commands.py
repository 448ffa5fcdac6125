"""`keyback people edit`, `delete`, `restore` and `deleted`, as somebody types them."""

from pathlib import Path

import pytest

from tests.app.test_people_commands import Install

ADA = "ada@contoso.example"


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    """With Ada."""
    made = Install(tmp_path, capsys)
    assert made.run("people", "add", ADA, "--name", "Ada Lovelace")[0] == 0
    return made


def test_what_is_not_said_stays(install: Install) -> None:
    assert install.json("people", "edit", ADA, "--surname", "King")["changed"] == ["surname"]
    assert install.json("people", "edit", ADA, "--surname", "King")["changed"] == []
    assert install.json("people", "show", ADA)["name"] == "Ada Lovelace"
    code, out, err = install.run("people", "edit", ADA, "--name", "")
    assert code == 1
    assert "Nothing was changed" in out + err
    install.json("people", "edit", ADA, "--user-id", "king@contoso.example")
    assert install.json("people", "show", "king@contoso.example")["name"] == "Ada Lovelace"


def test_deleted_listed_restored_erased(install: Install) -> None:
    """PRV-3 at the command line."""
    assert "Nobody is deleted." in install.run("people", "deleted")[1]
    assert install.run("people", "delete", ADA, "--for-good")[0] == 1
    assert install.json("people", "delete", ADA)["erased"] is False
    [one] = install.json("people", "deleted")["people"]
    assert one["user_id"] == ADA
    assert one["until"] > one["deleted_at"]
    assert ADA in install.run("people", "deleted")[1]
    code, out, err = install.run("people", "enable", ADA)
    assert code == 1
    assert "is deleted" in out + err
    install.json("people", "restore", ADA)
    assert install.json("people", "show", ADA)["enabled"] is True
    install.json("people", "delete", ADA)
    assert install.json("people", "delete", ADA, "--for-good")["erased"] is True
    assert install.json("people", "deleted")["people"] == []
    assert install.run("people", "show", ADA)[0] == 1
