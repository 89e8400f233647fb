"""Every screen, at desk and phone width, light and dark: accessible, and nothing overflows."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

SIZES = {"desk": (1440, 900), "laptop": (1280, 800), "phone": (390, 844)}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def paths(leadflow):
    """Put something on every screen and return the addresses."""
    forgotten = leadflow.say("Forget me", sender="+12065550151")
    said = leadflow.say(
        "What does it cost? " + "A rather long sentence without any break. " * 5,
        sender="+12065550150",
        profile_name="A customer with a remarkably long name that goes on and on",
        referral={"source_type": "ad", "source_id": "1", "headline": "Spring sale"},
    )
    invited = {"email": "a.very.long.address.of.somebody.invited@example.com", "role": "operator"}
    assert leadflow.api.post("/v1/users/invitations", json=invited).status_code == 201
    assert leadflow.api.delete(f"/v1/contacts/{forgotten['contact_id']}").status_code == 200
    rule = leadflow.api.get("/v1/rules").json()["items"][0]["id"]
    return (
        "/",
        "/inbox",
        f"/inbox?c={said['conversation_id']}",
        "/leads",
        f"/leads/{said['lead_id']}",
        "/leads/import",
        *imports(leadflow),
        "/rules",
        "/rules?show=archived",
        "/rules/new",
        *(f"/rules/{rule}?tab={tab}" for tab in ("test", "lint", "versions&version=1", "runs")),
        f"/rules/{rule}?tab=backtest",
        "/simulator",
        "/operations",
        "/operations/quarantine",
        "/operations/quarantine?show=ignored",
        "/operations/replay",
        "/settings/account",
        "/settings/workspace",
        "/settings/lifecycle",
        "/settings/users",
        "/settings/users?state=invited",
        "/settings/api-keys",
        "/settings/privacy",
        "/settings/audit",
    )


def imports(leadflow):
    """Upload a file twice, and have one of them checked; return their addresses."""
    text = "name,phone,stage\nAda,+12065550161,new\nNobody,12,shoe\nAda,+12065550161,new\n"
    paths = []
    for mapping in (None, ["name", "phone", "stage"]):
        file = {"file": ("a-file-with-a-remarkably-long-name-of-many-leads.csv", text.encode())}
        into = {"channel_id": leadflow.channel_id}
        answer = leadflow.api.post("/v1/leads/import", params=into, files=file)
        assert answer.status_code == 201, answer.text
        key = answer.json()["id"]
        paths.append(f"/leads/import?import={key}")
        if mapping:
            leadflow.api.post(f"/v1/leads/import/{key}/check", json={"mapping": mapping})
    return (*paths, f"{paths[-1]}&rows=twins")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_screens_are_accessible_and_fit(leadflow, visit, paths, size, theme):
    width, height = SIZES[size]
    page = visit("/", width=width, height=height, theme=theme)
    faults = []
    for path in paths:
        page.goto(leadflow.url + path)
        page.locator("main h1, h1").first.wait_for()
        page.wait_for_timeout(900)
        if page.evaluate(OVERFLOW) > 0:
            faults.append(f"{path} overflows sideways")
        violations = Axe().run(page).response["violations"]
        faults += [
            f"{path}: {found['id']} ({found['nodes'][0]['target']})"
            for found in violations
            if found["impact"] in GRAVE
        ]
    assert faults == []
