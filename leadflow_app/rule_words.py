"""A rule in one sentence: when it is asked, what it looks at, and what it does."""

from collections.abc import Iterable, Mapping
from typing import Final

from leadflow_app.rule_drafts import ALL, ANY, NONE, NOT_ALL, RAW, Draft, Node, Part
from leadflow_app.rule_language import Act, Input, Kind, Language, inputs_of, listed

JOINTS: Final = {ALL: "and", ANY: "or", NONE: "or", NOT_ALL: "and"}
BEFORE: Final = {ALL: "", ANY: "", NONE: "none of ", NOT_ALL: "not all of "}
ALWAYS: Final = "always"
UNKNOWN: Final = "something that this screen does not know"


def rule_words(draft: Draft, language: Language) -> str:
    """Say the whole rule."""
    when, condition = trigger_words(draft, language), condition_words(draft, language)
    cause = ALWAYS if condition == ALWAYS else f"if {condition}"
    said = f"{when}, {cause} \N{RIGHTWARDS ARROW} {action_words(draft, language)}"
    return f"{said[:1].upper()}{said[1:]}"


def condition_words(draft: Draft, language: Language) -> str:
    """Say what has to hold."""
    return _group(draft, 0, language) or ALWAYS


def action_words(draft: Draft, language: Language) -> str:
    """Say what is done."""
    return ", ".join(part_words(one, language.action(one.name), language) for one in draft.actions)


def trigger_words(draft: Draft, language: Language) -> str:
    """Say when the rule is asked."""
    return part_words(draft.trigger, language.trigger(draft.trigger.name), language)


def node_words(node: Node, language: Language) -> str:
    """Say one condition."""
    found = language.field_named(node.subject)
    if node.kind == RAW or found is None:
        return UNKNOWN
    operator = found.operator(node.operator)
    said = value_words(inputs_of(found, operator.name), node.values, language)
    return " ".join(filter(None, (found.label.lower(), operator.label, said)))


def part_words(part: Part, act: Act | None, language: Language) -> str:
    """Say the trigger or one action."""
    if act is None:
        return UNKNOWN
    said = value_words(act.inputs, part.values, language)
    return f"{act.label.lower()}: {said}" if said else act.label.lower()


def value_words(asked: Iterable[Input], values: Mapping[str, str], language: Language) -> str:
    """Say what was given, with the words of what was chosen."""
    said = [(one, _value(one, values.get(one.name, ""), language)) for one in asked]
    words = " ".join(one.saying.format(text) for one, text in said if text and not one.is_aside)
    asides = ", ".join(one.saying.format(text) for one, text in said if text and one.is_aside)
    return f"{words} ({asides})" if asides else words


def _value(asked: Input, text: str, language: Language) -> str:
    labels = {one.value: one.label for one in language.options(asked)}
    if asked.kind is Kind.FLAG:
        return asked.label.lower() if text == "yes" else ""
    if asked.kind is Kind.LINES:
        return " or ".join(text.splitlines())
    if asked.kind not in {Kind.CHOICES, Kind.WORDS}:
        return labels.get(text, text)
    return " or ".join(labels.get(one, one) for one in listed(text))


def _group(draft: Draft, index: int, language: Language) -> str:
    node = draft.nodes[index]
    if not node.is_group:
        return node_words(node, language)
    said = [_group(draft, child, language) for child in draft.children(index)]
    words = f" {JOINTS[node.kind]} ".join(said)
    is_bare = index == 0 or len(said) == 1
    return f"{BEFORE[node.kind]}{words}" if is_bare else f"{BEFORE[node.kind]}({words})"
