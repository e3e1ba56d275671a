"""The administration: users, the log, words to read and to hear, work that was given up, campaigns."""

import re
from datetime import timedelta

import pytest

from ivr.console.admin_work import MOST
from ivr.console.visit import Visit
from ivr.desk.alerts import Alert
from ivr.store import access
from tests.console.house import NOW, Browser, Desktop


@pytest.fixture
def boss(lite: Desktop) -> Browser:
    return lite.client("administrator")


def entries(desktop: Desktop, act: str) -> list[access.Entry]:
    with desktop.db.read() as connection:
        return [line.entry for line in access.lines(connection) if line.entry.act == act]


def test_a_user_is_made_signs_in_and_is_shut_out(lite: Desktop, boss: Browser) -> None:
    page = boss.post("/admin/users", {"name": "Ravi", "role": "officer", "place": "Guntur", "lang": "te"}).text
    found = re.search(r"<code>([\w-]+)</code>", page)
    assert found is not None
    new = lite.client()
    assert new.sign_in("ravi", found[1]).status_code == 303
    assert found[1] not in boss.get("/admin/users").text, "a password is shown once"
    assert boss.post("/admin/users/change", {"name": "ravi", "what": "disable"}).status_code == 303
    assert new.get("/account").status_code == 303
    assert lite.client().sign_in("ravi", found[1]).status_code == 401
    (made,) = entries(lite, "user_added")
    assert (made.who, made.object, made.detail) == ("administrator", "user ravi", "officer, Guntur")
    assert found[1] not in str(made)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "operator", "role": "operator"}, "There is a user of this name"),
        ({"name": "a b", "role": "operator"}, "A name has"),
        ({"name": "x", "role": "officer"}, "An officer needs"),
        ({"name": "x", "role": "officer", "place": "Nowhere"}, "An officer needs"),
    ],
)
def test_what_is_wrong_with_a_new_user_is_told(boss: Browser, given: dict[str, str], told: str) -> None:
    answer = boss.post("/admin/users", given)
    assert answer.status_code == 422
    assert told in answer.text


def test_the_last_administrator_stays(boss: Browser) -> None:
    answer = boss.post("/admin/users/change", {"name": "administrator", "what": "disable"})
    assert "last administrator" in answer.text
    assert boss.get("/admin/users").status_code == 200


def test_the_log_is_paged_filtered_checked_and_taken(lite: Desktop) -> None:
    for _ in range(3):
        lite.client().sign_in("operator")
    auditor = lite.client()
    auditor.sign_in("auditor")
    assert auditor.get("/admin/access").text.count("<tr><td") == 4
    assert auditor.get("/admin/access?who=auditor").text.count("<tr><td") == 1
    assert "The chain holds" in auditor.get("/admin/access?check=1").text
    file = auditor.get("/admin/access.csv").content.decode("utf-8-sig")
    assert len(file.splitlines()) == 6
    assert len(entries(lite, "access_log_exported")) == 1


def test_services_and_prompts_are_listed_and_heard(boss: Browser) -> None:
    assert boss.get("/admin/catalogue?about=pension").text.count("/admin/catalogue/") > 3
    page = boss.get("/admin/catalogue/pension_stopped").text
    assert 'src="/console/admin/catalogue/pension_stopped/te.wav"' in page
    assert "greeting" in boss.get("/admin/prompts?about=greeting").text
    for path in ("/admin/prompts/hi/greeting.wav", "/admin/catalogue/pension_stopped/te.wav"):
        heard = boss.get(path)
        assert heard.status_code == 200, path
        assert heard.content.startswith(b"RIFF")
    assert boss.get("/admin/prompts/hi/no_such_prompt.wav").status_code == 404
    assert boss.get("/admin/catalogue/no_such_service").status_code == 404


def test_every_prompt_can_be_heard(lite: Desktop) -> None:
    """Every place of every prompt has an example of a kind that the library takes."""
    from ivr.console import admin_words
    from ivr.dialogue.commands import Play

    library = lite.around.prompts
    visit = Visit(lite.parts, None, None, NOW)  # type: ignore[arg-type]
    for lang in library.languages:
        for ident, prompt in library.prompts(lang).items():
            values = {name: admin_words._example(visit, lang, name) for name in prompt.places}
            assert library._wording(lang).fill(Play(ident, lang, values), NOW.date(), recorded=False).text


def dead(desktop: Desktop) -> int:
    jobs = desktop.around.desk.jobs
    with desktop.db.begin() as connection:
        jobs.enqueue(connection, "work", {}, key="k", at=NOW)
    held = jobs.claim("w", NOW, timedelta(seconds=60), ("work",))
    assert held is not None
    with desktop.db.begin() as connection:
        jobs.fail(connection, held, NOW, "carrier", retryable=False)
    return held.id


def test_dead_letters_are_tried_again_or_dropped_with_a_reason(lite: Desktop, boss: Browser) -> None:
    job_id = dead(lite)
    assert "carrier" in boss.get("/admin/work").text
    assert boss.post("/admin/work/retry", {"id": job_id}).status_code == 303
    assert boss.post("/admin/work/retry", {"id": job_id}).status_code == 409
    jobs = lite.around.desk.jobs
    held = jobs.claim("w", NOW, timedelta(seconds=60), ("work",))
    assert held is not None
    with lite.db.begin() as connection:
        jobs.fail(connection, held, NOW, "carrier", retryable=False)
    assert boss.post("/admin/work/drop", {"id": job_id}).status_code == 422
    assert boss.post("/admin/work/drop", {"id": job_id, "reason": "sent by hand"}).status_code == 303
    assert jobs.dead(MOST) == []
    (told,) = entries(lite, "job_dropped")
    assert (told.object, told.detail) == (f"job {job_id}", "sent by hand")


def test_campaigns_are_paused_resumed_and_ended(lite: Desktop, boss: Browser) -> None:
    from ivr.console.campaign_pages import alerts_of

    visit = Visit(lite.parts, None, None, NOW)  # type: ignore[arg-type]
    texts = {"hi": "पानी आ रहा है", "te": "నీళ్ళు వస్తున్నాయి"}
    made = alerts_of(visit).send(
        Alert("k", "flood", "flood", "administrator", texts, people=(("+919990001234", "te"),)), NOW
    )
    one = made.campaign.id
    assert "flood" in boss.get("/admin/campaigns").text
    for what, status in (("pause", 303), ("pause", 409), ("resume", 303), ("stop", 303), ("resume", 409), ("x", 400)):
        assert boss.post("/admin/campaigns", {"id": one, "what": what}).status_code == status, what


def test_retention_tells_what_is_kept(boss: Browser) -> None:
    assert "Nothing is kept longer" in boss.get("/admin/retention").text
