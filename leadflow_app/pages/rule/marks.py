"""What the lint and a test say of a draft, at the part of it that they are about."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from backend.rules import LintFinding, LintLevel
from leadflow_app import display
from leadflow_app.rule_drafts import Draft, Node, Part, placed, places
from leadflow_app.rule_language import Input, Language, inputs_of
from leadflow_app.rule_words import node_words, part_words

WHOLE: Final = "The rule as a whole"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is wrong with a draft, and how it did on what was tested, by the key of the part.

    The key "" holds what is wrong with the rule as a whole.
    """

    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    warnings: Mapping[str, str] = field(default_factory=dict[str, str])
    held: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding of the lint."""

    key: str
    level: str
    label: str
    where: str
    text: str


def marks_of(
    findings: Iterable[LintFinding],
    draft: Draft,
    language: Language,
    *,
    seen: AbstractSet[str] | None,
) -> Marks:
    """Put findings at their parts; with `seen`, errors only at parts that somebody filled in."""
    errors: dict[str, str] = {}
    warnings: dict[str, str] = {}
    known = places(draft)
    for one in findings:
        key, _ = placed(one.place, known)
        if one.level is LintLevel.ERROR:
            if seen is None or key in seen:
                errors.setdefault(key, words(one, draft, language))
        else:
            warnings.setdefault(key, words(one, draft, language))
    return Marks(errors=errors, warnings=warnings)


def finding_rows(
    findings: Iterable[LintFinding], draft: Draft, language: Language
) -> list[FindingRow]:
    """Write findings as a list, the errors first."""
    known = places(draft)
    ordered = sorted(findings, key=lambda one: one.level is not LintLevel.ERROR)
    rows: list[FindingRow] = []
    for one in ordered:
        key, _ = placed(one.place, known)
        is_error = one.level is LintLevel.ERROR
        rows.append(
            FindingRow(
                key=key,
                level=str(one.level),
                label="Error" if is_error else "Warning",
                where=_where(draft, key, language),
                text=words(one, draft, language),
            )
        )
    return rows


def words(finding: LintFinding, draft: Draft, language: Language) -> str:
    """Say what is wrong and what would be right; what is simply empty is to be filled in."""
    key, rest = placed(finding.place, places(draft))
    asked = _asked(draft, key, rest.partition(".")[0], language)
    if asked is not None and not _given(draft, key).get(asked.name, "").strip():
        return f"{asked.label}: fill this in."
    fix = f" {display.plain(finding.fix)}" if finding.fix else ""
    return f"{display.plain(finding.message)}{fix}"


def _asked(draft: Draft, key: str, name: str, language: Language) -> Input | None:
    piece = _piece(draft, key)
    if isinstance(piece, Node):
        found = language.field_named(piece.subject)
        asked = inputs_of(found, piece.operator) if found else ()
    else:
        act = piece and (language.action(piece.name) or language.trigger(piece.name))
        asked = act.inputs if act else ()
    return next((one for one in asked if one.name == name), None)


def _given(draft: Draft, key: str) -> Mapping[str, str]:
    piece = _piece(draft, key)
    return piece.values if piece else {}


def _piece(draft: Draft, key: str) -> Node | Part | None:
    pieces: tuple[Node | Part, ...] = (*draft.nodes, *draft.actions, draft.trigger)
    return next((one for one in pieces if one.key == key), None)


def _where(draft: Draft, key: str, language: Language) -> str:
    piece = _piece(draft, key)
    if piece is None or (isinstance(piece, Node) and piece.is_group):
        return WHOLE
    if isinstance(piece, Node):
        return f"If {node_words(piece, language)}"
    act = language.action(piece.name) or language.trigger(piece.name)
    return f"Then {part_words(piece, act, language)}"
