"""Rules as YAML: out and in again, and every fault with its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import rules
from backend.auth import Actor
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rules.yaml_lines import Unreadable, read_document
from tests.factories import create_workspace, mentions, rule, run_as

HEAD = "leadflow_rules: 1\nrules:\n"
GOOD = """\
  - name: Tags
    priority: 5
    definition:
      if: {all: []}
      then:
        - {action: add_tag, tag: any}
"""


PATTERN = {"field": "text", "operator": "matches", "value": [r"^\d{1,3}: #?", "'\\."]}


def imported(actor, text, *, is_dry=False):
    return run_as(actor, rules.import_rules, text, is_dry=is_dry)


def listed(actor):
    found = run_as(actor, rules.list_rules, PageRequest()).items
    return [(one.name, one.priority, one.definition) for one in found]


def other_workspace():
    with unit_of_work(SYSTEM) as uow:
        return Actor.system(create_workspace(uow).id)


def test_what_goes_out_comes_in_again_paused(actor, demo_rules):
    assert demo_rules
    awkward = rule(
        name="Yes: no # 'quoted' \u00e9\u4e2d",
        when={
            "not": {"any": [mentions("yes", "no", "1.0", "- a", "null"), mentions("x: y"), PATTERN]}
        },
        then=[{"action": "add_tag", "tag": "true"}],
    )
    run_as(actor, rules.create_rule, awkward)
    text = run_as(actor, rules.export_rules)
    there = other_workspace()
    report = imported(there, text)
    assert (report.is_written, report.faults, len(report.created)) == (True, (), 5)
    assert listed(there) == listed(actor)
    found = run_as(there, rules.list_rules, PageRequest()).items
    assert not any(one.is_enabled for one in found)
    again = imported(there, text)
    assert (again.created, len(again.unchanged)) == ((), 5)
    lines = text.splitlines()
    paused = [line.replace("enabled: true", "enabled: false") for line in lines]
    assert run_as(there, rules.export_rules).splitlines() == paused


def test_a_dry_import_writes_nothing(actor):
    report = imported(actor, HEAD + GOOD, is_dry=True)
    assert (report.is_written, report.created) == (False, ("Tags",))
    assert listed(actor) == []


def test_every_fault_is_named_with_its_line_and_nothing_is_written(actor):
    text = (
        HEAD
        + GOOD
        + """\
  - name: Broken
    priority: first
    colour: red
    definition:
      if:
        any:
          - {field: text, operator: contains_any, value: [price]}
          - {field: mood, operator: is, value: [good]}
      then:
        - action: add_points
          points: 9000
  - name: Tags
    definition: none
"""
    )
    report = imported(actor, text)
    assert not report.is_written
    told = {(fault.line, fault.place) for fault in report.faults}
    assert told == {
        (10, "rules.1.priority"),
        (11, "rules.1.colour"),
        (16, "rules.1.definition.if.any.1.field"),
        (19, "rules.1.definition.then.0.points"),
        (20, "rules.2.name"),
        (21, "rules.2.definition"),
    }
    assert [fault.line for fault in report.faults] == sorted(line for line, _ in told)
    assert listed(actor) == []


def test_a_rule_of_a_known_name_that_says_something_else_is_a_fault(actor):
    imported(actor, HEAD + GOOD)
    (fault,) = imported(actor, HEAD + GOOD.replace("tag: any", "tag: other")).faults
    assert (fault.line, fault.place) == (3, "rules.0.name")
    assert "says something else" in fault.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("- a", 1),
        ("rules: []", 1),
        ("leadflow_rules: 2\nrules: []", 1),
        ("leadflow_rules: 1\nrules: 5", 2),
        ("leadflow_rules: 1\nmore: 1\nrules: []", 2),
        (HEAD + "  - plain", 3),
        (HEAD + "  - name: a\n    name: b", 4),
        ("a: &x [1]\nb: *x", 2),
        ("a: 1\nb: [", 2),
        ("a: 1\nb: !!python/object:os.system {}", 2),
        ("a: 1\nb: !!binary aGk=", 2),
        ("a: 1\nb: 2026-01-01", 2),
        ("a: 1\n? [x]\n: 1", 2),
        ("a: 1\nb: \x00", 2),
        ("[" * 2_000, 1),
        ("x" * 1_000_001, 1),
    ],
)
def test_what_is_no_file_of_rules_is_refused_with_the_line(actor, text, line):
    (fault,) = imported(actor, text).faults
    assert fault.line == line
    assert fault.message
    assert fault.fix


@given(st.text(alphabet="ab:-[]{}&*!'\"\n #1,?|>%@`\t\u0000", max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(Unreadable):
        read_document(text)
