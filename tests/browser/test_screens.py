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
    return (
        "/",
        "/inbox",
        f"/inbox?c={said['conversation_id']}",
        "/leads",
        f"/leads/{said['lead_id']}",
        "/simulator",
        "/operations",
        "/settings/account",
        "/settings/workspace",
        "/settings/users",
        "/settings/users?state=invited",
        "/settings/api-keys",
        "/settings/privacy",
        "/settings/audit",
    )


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
