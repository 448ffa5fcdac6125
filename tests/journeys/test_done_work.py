"""Work that robots must do counts once, from whatever browser it comes."""

from tests.living import Living, solve


def test_done_work_counts_once(living: Living) -> None:
    """Decisions 10: the second journey needs work of its own."""
    one, other = living.browser(), living.browser()
    one.get("/reset")
    other.get("/reset")
    done = solve(one.page["work"])
    one.post(user_id="ada@contoso.example", work=done)
    other.post(user_id="bo@contoso.example", work=done)
    assert other.told() == ["start.work_used"]
    other.post(user_id="bo@contoso.example", work=solve(other.page["work"]))
    assert other.page["state"] == one.page["state"] == "choose_method"
