"""The builder, ready to draw: a draft as lines, with the choices and the faults of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from leadflow_app.pages.rule.marks import Marks
from leadflow_app.rule_drafts import (
    GROUPS,
    RAW,
    TEST,
    Draft,
    Node,
    Part,
)
from leadflow_app.rule_language import (
    BLANK,
    Act,
    Input,
    Kind,
    Language,
    Option,
    inputs_of,
    listed,
)
from leadflow_app.rule_words import JOINTS, node_words

FOOT: Final = "foot"
GROUP: Final = "group"
WAYS: Final = (
    Option("up", "Move up"),
    Option("down", "Move down"),
    Option("in", "Move into a group"),
    Option("out", "Move out of the group"),
    Option("duplicate", "Duplicate"),
    Option("remove", "Remove"),
)
ACTION_WAYS: Final = (
    Option("action_up", "Move up"),
    Option("action_down", "Move down"),
    Option("action_remove", "Remove"),
)

Faults = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several values, and whether it is taken."""

    value: str
    label: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class InputRow:
    """One control of a line."""

    id: str
    key: str
    name: str
    label: str
    kind: str
    value: str
    hint: str = ""
    suggestions: str = ""
    options: list[Pick] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A group, a condition, or the foot of a group at which more is added."""

    key: str
    kind: str
    depth: int
    joint: str = ""
    group: str = ""
    subject: str = ""
    operator: str = ""
    words: str = ""
    fault: str = ""
    warning: str = ""
    mark: str = ""
    is_outermost: bool = False
    operators: list[Pick] = field(default_factory=list)
    inputs: list[InputRow] = field(default_factory=list)
    ways: list[Pick] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Card:
    """The trigger, or one action."""

    key: str = ""
    number: str = ""
    name: str = ""
    words: str = ""
    fault: str = ""
    warning: str = ""
    is_known: bool = True
    inputs: list[InputRow] = field(default_factory=list)
    ways: list[Pick] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """The whole builder."""

    name: str = ""
    revision: str = ""
    is_last: bool = False
    is_changed: bool = False
    trigger: Card = Card()
    lines: list[Line] = field(default_factory=list)
    actions: list[Card] = field(default_factory=list)
    triggers: list[Pick] = field(default_factory=list)
    groups: list[Pick] = field(default_factory=list)
    fields: list[Pick] = field(default_factory=list)
    verbs: list[Pick] = field(default_factory=list)
    sources: list["Source"] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """Values that are suggested while one types."""

    id: str
    words: list[str] = field(default_factory=list)


def board_of(
    draft: Draft, language: Language, marks: Marks, *, revision: int, is_changed: bool
) -> Board:
    """Write a draft as lines."""
    return Board(
        name=draft.name,
        revision=str(revision),
        is_last=draft.is_last,
        is_changed=is_changed,
        trigger=_card(draft.trigger, language.trigger(draft.trigger.name), language, marks),
        lines=list(_lines(draft, language, marks)),
        actions=[
            _card(one, language.action(one.name), language, marks, number=number)
            for number, one in enumerate(draft.actions, 1)
        ],
        triggers=_picks(language.triggers),
        groups=[Pick(kind, label) for kind, label in GROUPS.items()],
        fields=_picks(language.fields),
        verbs=_picks(language.actions),
        sources=[
            Source(_source_id(name), [one.value for one in options])
            for name, options in language.sources.items()
        ],
        faults=[text for text in (marks.errors.get(""), marks.warnings.get("")) if text],
    )


def control_id(key: str, name: str) -> str:
    """Return the id of a control, so that labels and the focus find it."""
    return f"part-{key}-{name}"


def first_control(draft: Draft, key: str) -> str:
    """Return the id of the control that gets the focus when a part does."""
    for node in draft.nodes:
        if node.key == key:
            return control_id(key, "group" if node.is_group else "field")
    return control_id(key, "action")


def _lines(draft: Draft, language: Language, marks: Marks) -> Iterator[Line]:
    """Return the nodes in order, and after the last of each group its foot."""
    open_groups: list[Node] = []
    for index, node in enumerate(draft.nodes):
        while open_groups and open_groups[-1].depth >= node.depth:
            yield _foot(open_groups.pop())
        yield _line(draft, index, language, marks)
        if node.is_group:
            open_groups.append(node)
    while open_groups:
        yield _foot(open_groups.pop())


def _foot(group: Node) -> Line:
    words = GROUPS[group.kind].lower()
    return Line(key=f"{group.key}+", kind=FOOT, depth=group.depth + 1, group=group.key, words=words)


def _line(draft: Draft, index: int, language: Language, marks: Marks) -> Line:
    node = draft.nodes[index]
    parent = draft.parent(index)
    is_first = index == parent + 1
    joint = "" if not index or is_first else JOINTS[draft.nodes[parent].kind]
    found = language.field_named(node.subject)
    asked = inputs_of(found, node.operator) if found and node.kind == TEST else ()
    return Line(
        key=node.key,
        kind=GROUP if node.is_group else node.kind,
        depth=node.depth,
        joint=joint,
        group=node.kind,
        subject=node.subject,
        operator=node.operator,
        words=GROUPS[node.kind] if node.is_group else node_words(node, language),
        fault=marks.errors.get(node.key, ""),
        warning=marks.warnings.get(node.key, ""),
        mark=marks.held.get(node.key, ""),
        is_outermost=index == 0,
        operators=_picks(found.operators) if found else [],
        inputs=list(_inputs(node.key, asked, node.values, language)),
        ways=[Pick(one.value, one.label) for one in WAYS],
    )


def _card(
    part: Part, act: Act | None, language: Language, marks: Marks, *, number: int = 0
) -> Card:
    return Card(
        key=part.key,
        number=str(number),
        name=part.name,
        words=part.values.get("json", "") if part.name == RAW else "",
        fault=marks.errors.get(part.key, ""),
        warning=marks.warnings.get(part.key, ""),
        is_known=act is not None,
        inputs=list(_inputs(part.key, act.inputs if act else (), part.values, language)),
        ways=[Pick(one.value, one.label) for one in ACTION_WAYS],
    )


def _inputs(
    key: str, asked: Iterable[Input], values: Mapping[str, str], language: Language
) -> Iterator[InputRow]:
    for one in asked:
        value, options = values.get(one.name, ""), language.options(one)
        is_list = one.kind is Kind.CHOICES
        taken = set(listed(value)) if is_list else {value}
        picks = [Pick(option.value, option.label, option.value in taken) for option in options]
        if one.kind is Kind.CHOICE and value not in {option.value for option in options}:
            first = Pick(value, value or BLANK.label, is_on=True)
            picks = [first, *picks]
        yield InputRow(
            id=control_id(key, one.name),
            key=key,
            name=one.name,
            label=one.label,
            kind=str(one.kind),
            value=value,
            hint=one.hint,
            suggestions=_source_id(one.source) if one.source in language.sources else "",
            options=picks,
        )


def _picks(named: Iterable[Act] | Iterable[object]) -> list[Pick]:
    return [Pick(one.name, one.label) for one in named]  # type: ignore[attr-defined]


def _source_id(name: str) -> str:
    return f"known-{name}"
