"""What the admin centre says when the store fails under it: never that nothing was done where something may have been, and
the browser keeps its session (F01, F11, F13, I2, I11)."""

from collections.abc import Iterator

import pytest

from keyback.core.errors import Contended
from keyback.core.events import Activity
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.web.admin.trouble import TRIES
from tests.admin.desk import Desk
from tests.faults.acting import somebody
from tests.faults.kit import BEGIN, COMMIT, COMMITTED, Points, away, between, contended
from tests.living import Living

DELETES = "/users/{}/delete"


class Scene:
    """A house whose store can fail, and somebody who may delete people, proven a while ago."""

    def __init__(self, engine: SqliteEngine | PostgresqlEngine) -> None:
        self.points = Points()
        self.living = Living(engine, between=between(self.points.reach))
        self.who = somebody(self.living, 1)
        self.grace = self.living.operator("global_administrator", "grace")
        self.path = DELETES.format(self.who.id)

    def proven(self) -> Desk:
        desk = Desk(self.living, self.grace)
        desk.get("/")
        return desk

    def asked(self) -> tuple[Desk, dict[str, str]]:
        """At the question before something dangerous, and its answer."""
        desk = Desk(self.living, self.grace, fresh=False)
        desk.post(self.path)
        assert desk.page["state"] == "prove"
        question = next(one["value"] for one in desk.parts("Hidden") if one["name"] == "proof_challenge")
        return desk, {"proof": self.living.code_of_app(), "proof_challenge": question}

    @property
    def deleted(self) -> bool:
        with self.living.store.reading() as unit:
            person = unit.people.by_id(self.who.id, unit.now)
        assert person is not None
        return person.deleted_at is not None


@pytest.fixture
def scene(engine: SqliteEngine | PostgresqlEngine) -> Iterator[Scene]:
    made = Scene(engine)
    yield made
    made.living.close()


def test_a_commit_without_an_answer_is_said_to_be_unsure(scene: Scene) -> None:
    """F03, I2: it was done, and nobody says that nothing was changed."""
    desk = scene.proven()
    scene.points.every = lambda name: away(name) if name == COMMITTED else None
    desk.post(scene.path)
    scene.points.every = None
    assert (desk.status, desk.told()) == (503, ["error.unsure"])
    assert int(desk.response.headers["retry-after"]) > 0
    assert scene.deleted


def test_a_page_that_cannot_be_shown_says_nothing_about_the_step_before_it(scene: Scene) -> None:
    """I2: the change was done, and the page after it fails."""
    desk = scene.proven()
    for fault in (away, contended):
        scene.points.every = lambda name, fault=fault: fault(name) if name == BEGIN else None
        desk.get("/users")
        assert (desk.status, desk.told()) == (503, ["error.unshown"])
        assert int(desk.response.headers["retry-after"]) > 0
        scene.points.every = None


@pytest.mark.parametrize(("fault", "told"), [(away, "error.unavailable"), (contended, "error.busy")])
def test_before_the_commit_nothing_was_changed(scene: Scene, fault: object, told: str) -> None:
    """F11, F13, I2: said only where it is so; with a time to come back."""
    desk = scene.proven()
    scene.points.every = lambda name: (away if fault is away else contended)(name) if name == COMMIT else None
    desk.post(scene.path)
    scene.points.every = None
    assert (desk.status, desk.told()) == (503, [told])
    assert int(desk.response.headers["retry-after"]) > 0
    assert not scene.deleted
    desk.post(scene.path)
    assert scene.deleted


def nth_commit(scene: Scene, first: int, last: int) -> None:
    """Commits with these numbers meet others."""
    met: list[str] = []

    def deed(name: str) -> None:
        if name == COMMIT:
            met.append(name)
            if first <= len(met) <= last:
                raise Contended(name)

    scene.points.every = deed


def test_what_is_done_after_a_proof_on_the_spot_is_done_again_when_it_meets_others(scene: Scene) -> None:
    """F13: the proof is not asked for again, and the session that it moved is not lost."""
    desk, answer = scene.asked()
    nth_commit(scene, 2, TRIES)
    desk.post(scene.path, **answer)
    scene.points.every = None
    assert (desk.status, desk.went_to) == (200, "")
    assert scene.deleted


@pytest.mark.parametrize("last", [TRIES + 1, 99])
def test_the_session_that_a_proof_moved_is_kept_whatever_happens_then(scene: Scene, last: int) -> None:
    """I11, SES-1: refused for now; the same form again needs no other proof."""
    desk, answer = scene.asked()
    nth_commit(scene, 2, last)
    desk.post(scene.path, **answer)
    scene.points.every = None
    assert (desk.status, desk.told()) == (503, ["error.busy"])
    assert not scene.deleted
    desk.post(scene.path)
    assert desk.status == 200
    assert scene.deleted


def test_who_is_refused_after_a_proof_on_the_spot_is_written_down_too(scene: Scene) -> None:
    """AUD-1: as without one."""
    scene.living.grant(scene.who.id, "global_administrator")
    scene.grace = scene.living.operator("user_administrator", "una")
    desk, answer = scene.asked()
    desk.post(scene.path, **answer)
    assert desk.status == 403
    assert [line["actor"] for line in scene.living.story() if line["activity"] == Activity.ACCESS_DENIED] == [
        scene.grace
    ]
