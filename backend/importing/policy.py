"""What a cell means: which field a header names, and which values are right. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from backend.kit.money import CURRENCIES
from backend.kit.phone import subscriber, to_e164


class ImportField(StrEnum):
    """What a column can be; `custom` keeps the value under the column's own name."""

    NAME = "name"
    PHONE = "phone"
    USERNAME = "username"
    STAGE = "stage"
    REASON = "loss_reason"
    TAGS = "tags"
    POINTS = "points"
    VALUE = "value"
    CURRENCY = "currency"
    OWNER = "owner_email"
    OPENED_AT = "opened_at"
    SOURCE = "source"
    CONSENT = "consent"
    EVIDENCE = "consent_evidence"
    CUSTOM = "custom"


class Choice(StrEnum):
    """What becomes of a row whose person is known already."""

    SKIP = "skip"
    UPDATE = "update"
    NEW = "new"


class Twin(StrEnum):
    """Where the person of a row is known from, the strongest last."""

    FILE = "file"
    CONTACT = "contact"
    LEAD = "open_lead"


class Step(StrEnum):
    """What is done with a row at the commit."""

    OPEN = "open"
    CHANGE = "change"
    LEAVE = "leave"


# English, German, Portuguese, Spanish, French and Italian names of columns.
HEADERS: Final[Mapping[ImportField, str]] = {
    ImportField.NAME: "name fullname contact customer contactname kunde vollname nome nombre"
    " cliente nom client nominativo nomecompleto nombrecompleto",
    ImportField.PHONE: "phone phonenumber telephone mobile cell whatsapp number contactphone"
    " telefon telefonnummer handy mobil handynummer rufnummer telefone celular telefono movil"
    " numero telephone portable cellulare tel",
    ImportField.USERNAME: "username user handle benutzername usuario utilisateur utente"
    " contactusername",
    ImportField.STAGE: "stage status phase stufe etapa estagio estado etape statut fase stato",
    ImportField.REASON: "lossreason lostreason reason verlustgrund grund motivo motivodeperda"
    " motivodeperdida raison",
    ImportField.TAGS: "tags tag labels label schlagworte etiquetas etiquetten etiquettes etichette",
    ImportField.POINTS: "points score punkte pontos puntos punteggio punti pontuacao puntuacion",
    ImportField.VALUE: "value amount dealvalue wert betrag valor importe valeur montant valore"
    " importo",
    ImportField.CURRENCY: "currency wahrung waehrung moeda moneda devise monnaie valuta",
    ImportField.OWNER: "owner owneremail assignee besitzer zustandig responsavel responsable"
    " proprietaire proprietario",
    ImportField.OPENED_AT: "openedat opened created createdat date datum erstellt data fecha"
    " criadoem creadoel creele datacreazione dataabertura",
    ImportField.SOURCE: "source origin quelle herkunft origem fonte origen fuente origine",
    ImportField.CONSENT: "consent optin einwilligung zustimmung consentimento consentimiento"
    " consentement consenso",
    ImportField.EVIDENCE: "consentevidence evidence nachweis evidencia prova prueba preuve",
}
YES: Final = frozenset({"yes", "y", "true", "1", "ja", "sim", "si", "sí", "oui", "x"})
NO: Final = frozenset({"no", "n", "false", "0", "nein", "nao", "não", "non"})
STAGES: Final = ("new", "qualified", "nurtured", "converted", "lost")
ENDED_STAGES: Final = frozenset({"converted", "lost"})
MAX_TEXT: Final = 500
MAX_TAGS: Final = 50
MAX_TAG: Final = 60
MAX_REASON: Final = 80
MAX_POINTS: Final = 1_000_000
MAX_VALUE: Final = 10**12
LEAST_YEAR: Final = 2000
DAY_FORMATS: Final = ("%d.%m.%Y", "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")
ACCENTS: Final = str.maketrans("áàâãäéèêëíìîïóòôõöúùûüçñß", "aaaaaeeeeiiiiooooouuuucns")
USERNAME: Final = re.compile(r"[\w.\-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a cell: its column, what is wrong, and what would be right."""

    column: str
    message: str
    expected: str


@dataclass(slots=True)
class Checked:
    """The values of a row by field, and all that is wrong with it."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    faults: list[Fault] = field(default_factory=list[Fault])


def guess(headers: Sequence[str]) -> tuple[str | None, ...]:
    """Return the field that each header names, each field once; `None` for an unknown one."""
    known = {word: field for field, words in HEADERS.items() for word in words.split()}
    taken: set[ImportField] = set()
    guessed: list[str | None] = []
    for header in headers:
        found = known.get(re.sub(r"[^a-z]", "", header.lower().translate(ACCENTS)))
        guessed.append(found if found and found not in taken else None)
        taken |= {found} if found else set()
    return tuple(guessed)


def headers_of(headers: Sequence[str], mapping: Sequence[str | None]) -> dict[str, str]:
    """Return the header of each field that has a column."""
    return {wanted: header for header, wanted in zip(headers, mapping, strict=True) if wanted}


def person_key(values: Mapping[str, object]) -> str | None:
    """Return what names the person of a row: the subscriber, else the username."""
    phone, username = values.get("phone"), values.get("username")
    if phone:
        return f"phone {subscriber(str(phone))}"
    return f"username {str(username).lower()}" if username else None


def step_of(twin: Twin | None, choice: Choice, stage: str, *, has_open: bool) -> Step:
    """Decide what becomes of a row; a customer never gets a second open lead on a channel."""
    if twin is None:
        return Step.OPEN
    match choice:
        case Choice.SKIP:
            return Step.LEAVE
        case Choice.UPDATE:
            return Step.CHANGE if has_open else Step.OPEN
        case Choice.NEW:
            return Step.LEAVE if has_open and stage not in ENDED_STAGES else Step.OPEN


def check(
    cells: Sequence[str],
    columns: Sequence[tuple[str, str | None]],
    formulas: frozenset[int],
    *,
    region: str | None,
    owners: Mapping[str, str],
) -> Checked:
    """Read a row; `columns` are headers and their fields, `owners` ids by e-mail address."""
    checked = Checked()
    extra = [cell for cell in cells[len(columns) :] if cell]
    if extra:
        message = f"the row has {len(cells)} cells, one more begins with {extra[0][:40]!r}"
        expected = f"at most {len(columns)} cells; quotes around what holds a separator"
        checked.faults.append(Fault(column=columns[-1][0], message=message, expected=expected))
    for place, (header, wanted) in enumerate(columns):
        cell = cells[place] if place < len(cells) else ""
        if wanted is None:
            continue
        if place in formulas:
            fault = Fault(column=header, message="holds a formula", expected="the value itself")
            checked.faults.append(fault)
        elif cell:
            _read(checked, ImportField(wanted), header, cell, (region, owners))
    _check_whole(checked, {wanted: header for header, wanted in columns if wanted})
    return checked


Place = tuple[str | None, Mapping[str, str]]


def _read(checked: Checked, wanted: ImportField, header: str, cell: str, place: Place) -> None:
    region, owners = place
    if wanted is ImportField.CUSTOM:
        custom = dict(checked.values.get("custom") or {})  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType, reportUnknownArgumentType]
        checked.values["custom"] = custom | {header: cell[:MAX_TEXT]}
        return
    value, expected = _value(wanted, cell, region)
    if wanted is ImportField.OWNER:
        value, expected = (
            owners.get(cell.lower()),
            "the e-mail address of a member of the workspace",
        )
    if value is None:
        message = f"{cell[:60]!r} is not right"
        checked.faults.append(Fault(column=header, message=message, expected=expected))
    else:
        checked.values[wanted.value] = value


def _value(wanted: ImportField, cell: str, region: str | None) -> tuple[object, str]:
    """Return the value of a cell, `None` when it is wrong, and what would be right."""
    if wanted is ImportField.PHONE:
        national = region if not cell.startswith(("+", "00")) else None
        return to_e164(cell, national), "a phone number such as +12065550123"
    read, expected = READERS.get(wanted, (_text, f"at most {MAX_TEXT} characters"))
    return read(cell), expected


def _text(cell: str) -> str | None:
    return cell if len(cell) <= MAX_TEXT else None


def _username(cell: str) -> str | None:
    name = cell.removeprefix("@")
    return name if USERNAME.fullmatch(name) else None


def _stage(cell: str) -> str | None:
    return cell.lower() if cell.lower() in STAGES else None


def _yes_or_no(cell: str) -> str | None:
    word = cell.lower()
    return "yes" if word in YES else "no" if word in NO else None


def _currency(cell: str) -> str | None:
    return cell.upper() if cell.upper() in CURRENCIES else None


def _reason(cell: str) -> str | None:
    return cell if len(cell) <= MAX_REASON and cell.isprintable() else None


def _points(cell: str) -> int | None:
    number = _decimal(cell)
    if number is None or number != int(number) or abs(number) > MAX_POINTS:
        return None
    return int(number)


def _amount(cell: str) -> str | None:
    number = _decimal(cell)
    return str(number) if number is not None and 0 <= number < MAX_VALUE else None


def _decimal(cell: str) -> Decimal | None:
    """Read a number whose last point or comma is the decimal one."""
    text = re.sub(r"[\s'\u00a0\u202f]", "", cell)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d{1,2}|-?\d{1,3}(\.\d{3}){2,}", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return round(number, 2) if number.is_finite() and abs(number) < MAX_VALUE else None


def _tags(cell: str) -> list[str] | None:
    tags = sorted({tag.strip().lower() for tag in re.split(r"[,;|]", cell)} - {""})
    is_right = len(tags) <= MAX_TAGS and all(
        len(tag) <= MAX_TAG and tag.isprintable() for tag in tags
    )
    return tags if is_right else None


def _moment(cell: str) -> str | None:
    found: datetime | None = None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        for form in DAY_FORMATS:
            found = found or _strptime(cell, form)
    if found is None or not LEAST_YEAR <= found.year < 2999:  # noqa: PLR2004  as the API's days
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _strptime(cell: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(cell, form).replace(tzinfo=UTC)
    except ValueError:
        return None


READERS: Final[Mapping[ImportField, tuple[Callable[[str], object], str]]] = {
    ImportField.USERNAME: (_username, "letters, digits, dots and _"),
    ImportField.STAGE: (_stage, f"one of {', '.join(STAGES)}"),
    ImportField.REASON: (_reason, f"at most {MAX_REASON} characters in one line"),
    ImportField.TAGS: (_tags, f"at most {MAX_TAGS} words of {MAX_TAG} characters, as a, b"),
    ImportField.CONSENT: (_yes_or_no, "yes or no"),
    ImportField.CURRENCY: (_currency, "an ISO 4217 code such as EUR"),
    ImportField.OPENED_AT: (_moment, "a date such as 2026-03-31, or 31.03.2026"),
    ImportField.POINTS: (_points, "a whole number"),
    ImportField.VALUE: (_amount, "an amount such as 1250.00"),
}


def _check_whole(checked: Checked, headers: Mapping[str, str]) -> None:
    """Check what concerns several cells of a row."""
    values = checked.values
    is_wrong = {fault.column for fault in checked.faults}
    named = {"phone", "username"}
    if not named & values.keys() and not {headers.get(name) for name in named} & is_wrong:
        column = headers.get("phone") or headers.get("username") or ""
        message = "nobody is named"
        expected = "a phone number or a username"
        checked.faults.append(Fault(column=column, message=message, expected=expected))
    if ("value" in values) != ("currency" in values) and headers.get("currency") not in is_wrong:
        column = headers.get("value") or headers.get("currency") or ""
        message = "a value needs a currency, and a currency a value"
        fault = Fault(column=column, message=message, expected="both, or neither")
        if "value" in values or column not in is_wrong:
            checked.faults.append(fault)
