"""Operations of the admin centre, and of those who call the helpdesk, as `operations` has them for recovery: everything or
nothing, the audit line and the notice in the same transaction, and what is done again does no harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keyback.app.helpdesk import approving, checking
from keyback.app.people import deleting
from keyback.core.events import Activity
from keyback.core.rules.helpdesk import Action
from keyback.core.types import ContactKind
from keyback.store.engine import Sql
from tests.admin.desk import Desk
from tests.call.calling import enter, work_of
from tests.faults.acting import Act, Somebody, said, somebody
from tests.faults.invariants import Said, number
from tests.living import Browser, Living, solve
from tests.signing import seated

_LINE = Sql(
    "SELECT count(*) FROM audit WHERE activity = :activity AND target = :target AND result = 'success' AND at >= :since"
)
_TOLD = Sql("SELECT count(*) FROM outbox WHERE template = :template AND created_at >= :since")
_SEATED = Sql("SELECT count(*) FROM session WHERE person = :person")
_MUST_CHANGE = Sql("SELECT must_change FROM credential WHERE person = :person")
_LIVE_PASS = Sql("SELECT count(*) FROM access_pass WHERE person = :person AND ended_at IS NULL AND checked = 1")
_PASSED = Sql("SELECT count(*) FROM caller_case WHERE person = :person AND state = 'passed'")
_UNSPENT = Sql(
    """SELECT count(*) FROM evidence e JOIN journey j ON j.tenant = e.tenant AND j.id = e.journey
    WHERE j.person = :person AND j.state = 'done' AND e.spent_at IS NULL"""
)
_GRANTED = Sql("SELECT count(*) FROM approval WHERE person = :person AND granted = 1 AND decided_at IS NOT NULL")
_USED = Sql("SELECT count(*) FROM approval WHERE person = :person AND used_at IS NOT NULL")
_DELETED = Sql("SELECT count(*) FROM person WHERE id = :person AND deleted_at IS NOT NULL")
_THERE = Sql("SELECT count(*) FROM person WHERE id = :person AND deleted_at IS NULL")
_POLICY = Sql("SELECT count(*) FROM policy_document WHERE why = :why")
_POLICY_LINE = Sql("SELECT count(*) FROM audit WHERE activity = :activity AND reason = :why")
_HELD = Sql("SELECT count(*) FROM role_assignment WHERE holder = :person AND role = 'user_administrator'")
_ACCENT = Sql("SELECT count(*) FROM branding WHERE accent = :accent")
_NAMED = Sql("SELECT count(*) FROM tenant WHERE name = :name")
_BRAND_LINE = Sql("SELECT count(*) FROM audit WHERE activity = :activity AND details LIKE :name")
_ASKED = Sql("SELECT count(*) FROM help_request WHERE person = :person AND kind = 'none_usable' AND closed_at IS NULL")

Marks = Callable[[], tuple[bool, ...]]
"""Everything that an operation does, each as whether it is there."""


@dataclass
class Scene:
    """Somebody, who helps them, and what is about to be done."""

    living: Living
    who: Somebody
    operator: str = ""
    since: int = 0

    def count(self, statement: Sql, **values: object) -> int:
        return number(self.living, statement, **values)

    def line(self, activity: Activity) -> bool:
        """Whether the audit log says it."""
        return self.count(_LINE, activity=activity.value, target=self.who.id, since=self.since) > 0

    def told(self, template: str) -> bool:
        """Whether its owner is told of it."""
        return self.count(_TOLD, template=template, since=self.since) > 0

    @property
    def signed_out(self) -> bool:
        return self.count(_SEATED, person=self.who.id) == 0


def _scene(living: Living, number_: int, role: str = "helpdesk_administrator") -> Scene:
    who = somebody(living, number_)
    operator = living.operator(role, f"op{number_}")
    return Scene(living, who, operator, living.clock.now())


Form = tuple[Browser | Desk, str, dict[str, str | list[str]]]


def _act(scene: Scene, ready: Callable[[], Form], marks: Marks, *, gone: bool = False) -> Act:
    """Everything or nothing, as was said; then the same form again, and if that did not do it, from the beginning.
    `gone`: what was done was shown once, so that it is done once more where nobody can say."""
    browser, path, fields = ready()
    form = dict(browser.page)

    def send(to: Browser | Desk, where: str, typed: dict[str, str | list[str]]) -> Said:
        to.post(where, **typed)  # type: ignore[arg-type]  # portal forms hold no lists
        return said(to)

    def holds(told: Said) -> None:
        found = set(marks())
        assert len(found) == 1, marks()
        assert told is Said.UNSURE or found == {told is Said.DONE}, (told, marks())

    def again() -> None:
        browser.page = dict(form)
        send(browser, path, fields)
        assert browser.status < 500, browser.page
        if gone or not all(marks()):
            fresh, where, typed = ready()
            send(fresh, where, typed)
            assert fresh.status < 400, fresh.page
        assert all(marks()), (browser.page, marks())

    return Act(lambda: send(browser, path, fields), again, scene.operator or scene.who.id, holds=holds)


def _desk(scene: Scene) -> Desk:
    desk = Desk(scene.living, scene.operator)
    desk.get("/")
    return desk


def _case(scene: Scene) -> str:
    """A new case; its number."""
    scene.living.clock.move(60_000)
    return checking.open_case(work_of(scene.living, scene.operator), scene.who.id).number


def _caller(scene: Scene) -> Form:
    """At the answer that decides the case."""
    browser = scene.living.browser()
    enter(browser, _case(scene), scene.who.upn)
    browser.choose("totp")
    assert browser.page["state"] == "answer", browser.page
    return browser, "", {"answer": scene.who.code()}


def _checked(scene: Scene) -> None:
    browser, _, fields = _caller(scene)
    browser.post(**fields)  # type: ignore[arg-type]
    assert browser.page["state"] == "done", browser.page


def temporary_password(living: Living, number_: int) -> Act:
    scene = _scene(living, number_)
    who = scene.who.id
    seated(living, who)

    def ready() -> Form:
        _checked(scene)
        return _desk(scene), f"/helpdesk/{who}/temporary-password", {"ground": "case"}

    def marks() -> tuple[bool, ...]:
        must = scene.count(_MUST_CHANGE, person=who) == 1
        audited = scene.line(Activity.ADMIN_RESET)
        return must, audited, scene.told("notice.password_set_by_admin"), scene.signed_out

    return _act(scene, ready, marks, gone=True)


def access_pass(living: Living, number_: int) -> Act:
    scene = _scene(living, number_)

    def ready() -> Form:
        _checked(scene)
        return _desk(scene), f"/helpdesk/{scene.who.id}/access-pass", {"ground": "case"}

    def marks() -> tuple[bool, ...]:
        there = scene.count(_LIVE_PASS, person=scene.who.id) == 1
        return there, scene.line(Activity.PASS_ISSUED), scene.told("notice.pass_issued")

    return _act(scene, ready, marks, gone=True)


def caller_proves(living: Living, number_: int) -> Act:
    scene = _scene(living, number_)

    def marks() -> tuple[bool, ...]:
        passed = scene.count(_PASSED, person=scene.who.id) == 1
        assert scene.count(_UNSPENT, person=scene.who.id) == 0
        return passed, scene.line(Activity.CASE_PASSED)

    return _act(scene, lambda: _caller(scene), marks)


def _asked(scene: Scene) -> tuple[str, str]:
    """A request, and somebody else who may decide about it."""
    living = scene.living
    second = living.operator("helpdesk_administrator", f"second{living.random.id()[:8]}")
    one = approving.ask(work_of(living, scene.operator), Action.UNLOCK, scene.who.id, "lost everything")
    return one.id, second


def approval_decided(living: Living, number_: int) -> Act:
    scene = _scene(living, number_)

    def ready() -> Form:
        approval, second = _asked(scene)
        desk = Desk(living, second)
        desk.get("/")
        return desk, f"/helpdesk/approvals/{approval}/grant", {}

    def marks() -> tuple[bool, ...]:
        return scene.count(_GRANTED, person=scene.who.id) == 1, scene.line(Activity.APPROVAL_GIVEN)

    return _act(scene, ready, marks)


def approval_used(living: Living, number_: int) -> Act:
    scene = _scene(living, number_)

    def ready() -> Form:
        approval, second = _asked(scene)
        approving.decide(work_of(living, second), approval, granted=True)
        return _desk(scene), f"/helpdesk/{scene.who.id}/unlock", {"ground": "approval", "approval": approval}

    def marks() -> tuple[bool, ...]:
        used = scene.count(_USED, person=scene.who.id) == 1
        return used, scene.line(Activity.ADMIN_UNLOCKED), scene.told("notice.unlocked_by_admin")

    return _act(scene, ready, marks)


def _deleted_marks(scene: Scene) -> Marks:
    def marks() -> tuple[bool, ...]:
        gone = scene.count(_DELETED, person=scene.who.id) == 1
        return gone, scene.line(Activity.PERSON_DELETED), scene.told("notice.deleted"), scene.signed_out

    return marks


def delete_person(living: Living, number_: int) -> Act:
    scene = _scene(living, number_, "user_administrator")
    seated(living, scene.who.id)
    return _act(scene, lambda: (_desk(scene), f"/users/{scene.who.id}/delete", {}), _deleted_marks(scene))


def delete_with_proof(living: Living, number_: int) -> Act:
    """With the question before something dangerous; what its answer did stays done, and its code serves once."""
    scene = _scene(living, number_, "user_administrator")
    seated(living, scene.who.id)
    path = f"/users/{scene.who.id}/delete"

    def ready() -> Form:
        living.clock.move(60_000)
        desk = Desk(living, scene.operator, fresh=False)
        desk.post(path)
        assert desk.page["state"] == "prove", desk.page
        question = next(one["value"] for one in desk.parts("Hidden") if one["name"] == "proof_challenge")
        return desk, path, {"proof": living.code_of_app(), "proof_challenge": question}

    return _act(scene, ready, _deleted_marks(scene))


def restore_person(living: Living, number_: int) -> Act:
    scene = _scene(living, number_, "user_administrator")
    deleting.delete(work_of(living, scene.operator), scene.who.upn)

    def marks() -> tuple[bool, ...]:
        there = scene.count(_THERE, person=scene.who.id) == 1
        return there, scene.line(Activity.PERSON_RESTORED), scene.told("notice.restored")

    return _act(scene, lambda: (_desk(scene), f"/users/{scene.who.id}/restore", {}), marks)


def save_policy(living: Living, number_: int) -> Act:
    scene = _scene(living, number_, "global_administrator")
    path, why = "/password-reset/registration", f"fault {number_}"

    def ready() -> Form:
        desk = _desk(scene)
        desk.get(path)
        typed = {one["name"]: one["value"] for one in desk.parts("Form")[0]["controls"]}
        skips = "3" if typed["registration.skips"] == "4" else "4"
        desk.post(f"{path}/review", **{**typed, "registration.skips": skips})
        form = next(one for one in desk.parts("Form") if one["action"].endswith("/save"))
        sent = {one["name"]: one["value"] for one in form["controls"] if one["kind_of_part"] == "Hidden"}
        accept = [box["value"] for one in form["controls"] if one["kind_of_part"] == "Checks" for box in one["options"]]
        return desk, f"{path}/save", {**sent, "why": why, **({"accept": accept} if accept else {})}

    def marks() -> tuple[bool, ...]:
        line = scene.count(_POLICY_LINE, activity=Activity.POLICY_CHANGED.value, why=why)
        return scene.count(_POLICY, why=why) == 1, line == 1

    return _act(scene, ready, marks)


def grant_role(living: Living, number_: int) -> Act:
    scene = _scene(living, number_, "global_administrator")
    seated(living, scene.who.id)

    def ready() -> Form:
        return _desk(scene), "/roles/user_administrator/grant", {"person": scene.who.id}

    def marks() -> tuple[bool, ...]:
        held = scene.count(_HELD, person=scene.who.id) == 1
        return held, scene.line(Activity.ROLE_CHANGED), scene.told("notice.role_changed"), scene.signed_out

    return _act(scene, ready, marks)


def save_branding(living: Living, number_: int) -> Act:
    scene = _scene(living, number_, "global_administrator")
    name, accent = f"Contoso {number_}", f"#{number_ % 4096:06x}"

    def ready() -> Form:
        desk = _desk(scene)
        desk.get("/branding")
        version = next(one["value"] for one in desk.parts("Hidden") if one["name"] == "version")
        return desk, "/branding", {"name": name, "accent": accent, "version": version}

    def marks() -> tuple[bool, ...]:
        line = scene.count(_BRAND_LINE, activity=Activity.BRANDING_CHANGED.value, name=f'%-> {name}"%')
        return scene.count(_ACCENT, accent=accent) == 1, scene.count(_NAMED, name=name) == 1, line == 1

    return _act(scene, ready, marks)


def _helper(living: Living) -> None:
    """The one who is told that somebody needs help."""
    if number(living, _THERE, person="id-helper") == 0:
        helper = living.operator("helpdesk_administrator", "helper")
        living.contact(helper, ContactKind.EMAIL, "helper@mailbox.example")


def none_usable(living: Living, number_: int) -> Act:
    _helper(living)
    who = somebody(living, number_)
    scene = Scene(living, who, who.id, living.clock.now())

    def ready() -> Form:
        browser = living.browser()
        browser.get("/contact/none")
        return browser, "", {"user_id": who.upn, "work": solve(browser.page["work"])}

    def marks() -> tuple[bool, ...]:
        asked = scene.count(_ASKED, person=who.id) == 1
        return asked, scene.line(Activity.HELP_REQUESTED), scene.told("notice.contact_admin")

    return _act(scene, ready, marks)


AT_THE_DESK: Mapping[str, Callable[[Living, int], Act]] = {
    "none of these": none_usable,
    "temporary password": temporary_password,
    "access pass by the helpdesk": access_pass,
    "caller proves": caller_proves,
    "approval decided": approval_decided,
    "approval used": approval_used,
    "delete a person": delete_person,
    "delete a person with a proof": delete_with_proof,
    "restore a person": restore_person,
    "policy from the admin centre": save_policy,
    "role granted": grant_role,
    "branding": save_branding,
}
