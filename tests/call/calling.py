"""A caller and an operator, as the tests of caller checks need them."""

from dataclasses import dataclass
from typing import Any

from keyback.app.helpdesk import checking
from keyback.app.people.ports import Work
from keyback.core.ports.desk import Case
from tests.living import MOBILE, Browser, Living, solve

ADA = "ada@contoso.example"


@dataclass(frozen=True)
class Desk:
    """Ada, who calls, and Olga, who is called."""

    living: Living
    ada: str
    olga: str

    @property
    def work(self) -> Work:
        return work_of(self.living, self.olga)

    def open(self) -> Case:
        """A new case for Ada."""
        return checking.open_case(self.work, self.ada)

    def case(self) -> Case:
        """The newest one."""
        with self.living.store.reading() as unit:
            found = unit.cases.of_person(self.ada, unit.now)
        assert found is not None
        return found

    def passed(self) -> Case:
        """A case that Ada has passed."""
        call(self.living.browser(), self.open().number)
        return self.case()


def work_of(living: Living, operator: str) -> Work:
    """What this operator's verbs work with."""
    make = living.admin.work
    assert make is not None
    return make(operator)


def helpdesk(living: Living) -> Desk:
    """With both of them."""
    return Desk(living, living.ada(), living.operator("helpdesk_administrator", "olga"))


def enter(browser: Browser, number: str, user_id: str = ADA) -> dict[str, Any]:
    """The first page, filled in; what comes then, or that page again."""
    browser.get("/call")
    return browser.post(case=number, user_id=user_id, work=solve(browser.page["work"]))


def text(browser: Browser) -> dict[str, Any]:
    """The code from the text message, asked for and typed."""
    browser.choose("sms_code")
    return browser.post(answer=browser.living.newest_code(MOBILE))


def call(browser: Browser, number: str, user_id: str = ADA) -> dict[str, Any]:
    """All of it."""
    enter(browser, number, user_id)
    return text(browser)
