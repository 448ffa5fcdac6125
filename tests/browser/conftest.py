"""Fixtures: a real demo and a real browser for each file of tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.demo import Demo
from tests.browser.walking import CHROMIUM, FLAGS, fresh


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Limits that count people are as they are; those that count this computer, which is everybody here, are wide."""
    umask = os.umask(0o077)
    running = Demo(tmp_path_factory.mktemp("demo") / "demo")
    try:
        running.set_limits(starts_per_source_10_minutes=10_000)
        yield running
    finally:
        running.stop()
    os.umask(umask)


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
    yield browser
    browser.close()


@pytest.fixture
def tab(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A new tab on a desk, closed before the demo is stopped."""
    assert demo.url
    with fresh(chromium) as page:
        yield page
