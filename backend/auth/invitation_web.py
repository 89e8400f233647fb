"""Answering an invitation by plain HTTP.

The link names its token once. From there on the token travels in a cookie of its own, which no
script reads, so that it stays in no address, no history and no state of a screen. The page that
follows is told in one word what its reader can do.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from backend.auth.errors import (
    AccountExists,
    AlreadyMember,
    BadName,
    EmailTaken,
    InvitationGone,
    NotPermitted,
    TooBusy,
    WeakPassword,
)
from backend.auth.invitations import (
    PATH,
    accept_as_newcomer,
    accept_invitation,
    invitation_for_token,
    newcomer,
)
from backend.auth.schemas import Actor, InvitationOffer
from backend.auth.sessions import SESSION_COOKIE, actor_for_session
from backend.auth.web import SEE_OTHER, client_address, is_same_origin, is_secure
from backend.kit.errors import LeadFlowError
from backend.platform.unit_of_work import SYSTEM, unit_of_work

INVITATION_COOKIE: Final = "leadflow_invitation"
COOKIE_SECONDS: Final = 60 * 60
PAGE: Final = "/invitation"


class Step(StrEnum):
    """What the reader of the page can do."""

    NEW = "new"
    ACCEPT = "accept"
    SIGN_IN = "sign-in"
    OTHER = "other"
    GONE = "gone"
    JOINED = "joined"
    ADDED = "added"


# What the form says when it comes back.
ERRORS: Final[Mapping[type[LeadFlowError], str]] = {
    BadName: "name",
    WeakPassword: "password",
    TooBusy: "busy",
}

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def open_link(request: Request, token: str = "") -> RedirectResponse:
    """Remember the token of a link, and show what its holder can do with it."""
    given = token or request.cookies.get(INVITATION_COOKIE, "")
    step = _step(_caller(request), _offer(given))
    response = _to_page(step)
    if token and step is not Step.GONE:
        response.set_cookie(
            INVITATION_COOKIE,
            token,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=is_secure(request),
            path=PATH,
        )
    return response


@router.post(PATH)
def answer(
    request: Request,
    name: Annotated[str, Form(max_length=1024)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
) -> RedirectResponse:
    """Let the reader belong: signed in, or with the name and password they chose."""
    if not is_same_origin(request):
        return _to_page(error="origin")
    token = request.cookies.get(INVITATION_COOKIE, "")
    caller = _caller(request)
    offer = _offer(token)
    step = _step(caller, offer)
    error = ""
    if step is Step.ACCEPT and caller is not None:
        step = _accept(caller, token)
    elif step is Step.NEW and offer is not None:
        step, error = _join(request, token, offer, name=name, password=password)
    response = _to_page(step, error=error)
    if step in {Step.JOINED, Step.ADDED, Step.GONE}:
        response.delete_cookie(INVITATION_COOKIE, path=PATH, httponly=True, samesite="strict")
    return response


def _caller(request: Request) -> Actor | None:
    session = request.cookies.get(SESSION_COOKIE)
    if not session:
        return None
    with unit_of_work(SYSTEM) as uow:
        return actor_for_session(uow, session, address=client_address(request))


def _offer(token: str) -> InvitationOffer | None:
    try:
        with unit_of_work(SYSTEM) as uow:
            return invitation_for_token(uow, token)
    except InvitationGone:
        return None


def _step(caller: Actor | None, offer: InvitationOffer | None) -> Step:
    if offer is None:
        return Step.GONE
    if caller is None:
        return Step.NEW if offer.account_id is None else Step.SIGN_IN
    return Step.ACCEPT if offer.account_id == caller.user_id else Step.OTHER


def _accept(caller: Actor, token: str) -> Step:
    try:
        with unit_of_work(SYSTEM) as uow:
            accept_invitation(uow, caller, token)
    except InvitationGone:
        return Step.GONE
    except NotPermitted:
        return Step.OTHER
    except AlreadyMember:
        return Step.ADDED
    return Step.ADDED


def _join(
    request: Request, token: str, offer: InvitationOffer, *, name: str, password: str
) -> tuple[Step, str]:
    try:
        given = newcomer(offer, name=name, password=password)
        with unit_of_work(SYSTEM) as uow:
            accept_as_newcomer(uow, token, given, address=client_address(request))
    except (BadName, WeakPassword, TooBusy) as refusal:
        return Step.NEW, ERRORS[type(refusal)]
    except InvitationGone:
        return Step.GONE, ""
    except (AccountExists, EmailTaken):
        return Step.SIGN_IN, ""
    return Step.JOINED, ""


def _to_page(step: Step | None = None, *, error: str = "") -> RedirectResponse:
    query = urlencode({name: value for name, value in (("step", step), ("error", error)) if value})
    return RedirectResponse(f"{PAGE}?{query}", SEE_OTHER, {"Cache-Control": "no-store"})
