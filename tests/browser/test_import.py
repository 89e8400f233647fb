"""A file of leads: uploaded, its columns named, checked, written, and taken along again."""

import csv

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

FILE = (
    "Kunde;Telefon;Etappe;Phase;Schlagworte\n"
    "Ida Import;+12065550371;;qualified;=1+1\n"
    "Ina Import;+12065550372;;new;\n"
    "Wrong Import;12;;shoe;\n"
    "Known Import;+12065550373;;;späte\n"
)


def test_a_file_becomes_leads_and_leads_a_file(leadflow, visit, tmp_path):
    leadflow.say("Hello", sender="+12065550373", profile_name="Karl Known")
    path = tmp_path / "leads of autumn.csv"
    path.write_bytes(FILE.encode("cp1252"))
    page = visit("/leads/import")
    expect(page.get_by_text("Nothing is written before you have named")).to_be_visible()
    page.locator("input[data-upload]").set_input_files(str(path))

    expect(page.get_by_role("heading", name="leads of autumn.csv")).to_be_visible()
    expect(page.get_by_text("Windows-1252 (western), separated by semicolons")).to_be_visible()
    expect(page.get_by_role("combobox", name="What Telefon is")).to_have_text("Phone number")
    page.get_by_role("combobox", name="What Etappe is").click()
    page.get_by_role("option", name="Source", exact=True).click()
    page.get_by_role("button", name="Check the rows").click()

    expect(page.get_by_text("3 rows can be written. Nothing is written yet.")).to_be_visible()
    rows = page.get_by_role("region", name="Rows of the file")
    expect(rows.get_by_text("Phase: 'shoe' is not right")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download every reason as CSV").click()
    with download.value.path().open(newline="") as file:
        reasons = list(csv.DictReader(file))
    assert [(one["row"], one["column"]) for one in reasons] == [("4", "Telefon"), ("4", "Phase")]
    page.get_by_role("link", name="Known people (1)").click()
    expect(rows.get_by_text("A known contact with an open lead")).to_be_visible()
    assert not leadflow.api.get("/v1/leads", params={"q": "Ida Import"}).json()["items"]

    page.get_by_text("Update their open leads").click()
    page.get_by_role("button", name="Write the leads").click()
    expect(page.get_by_text("2 leads opened, 1 updated")).to_be_visible()
    page.get_by_role("link", name="Import another file").click()
    expect(page.get_by_text("Choose a file")).to_be_visible()
    expect(page.get_by_role("link", name="leads of autumn.csv")).to_be_visible()

    page.goto(f"{leadflow.url}/leads?q=Ida+Import")
    expect(page.get_by_role("link", name="Ida Import")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Write the file").click()
    expect(page.get_by_text("1 lead as CSV")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    assert download.value.suggested_filename == "leads.csv"
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        (lead,) = csv.DictReader(file)
    assert (lead["name"], lead["stage"], lead["tags"]) == ("Ida Import", "qualified", "'=1+1")


def test_what_is_no_table_is_refused_in_words(visit, tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(bytes(range(32)) * 9)
    page = visit("/leads/import")
    page.get_by_text("Choose a file").wait_for()
    page.locator("input[data-upload]").set_input_files(str(path))
    expect(page.get_by_role("alert").filter(has_text="neither text nor")).to_be_visible()


def test_a_mapping_without_a_person_is_refused_in_words(visit, tmp_path):
    path = tmp_path / "nobody.csv"
    path.write_text("name,shoe\nAda,42\n")
    page = visit("/leads/import")
    page.get_by_text("Choose a file").wait_for()
    page.locator("input[data-upload]").set_input_files(str(path))
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("No column says who the person is").first).to_be_visible()
    page.get_by_role("button", name="Give this file up").click()
    expect(page.get_by_text("Stopped").first).to_be_visible()
