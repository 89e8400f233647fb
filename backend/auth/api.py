"""Who calls the REST API: the holder of a key, sent as `Authorization: Bearer lf_live_...`."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.auth.api_keys import actor_for_api_key
from backend.auth.schemas import Actor
from backend.auth.sessions import SESSION_COOKIE, actor_for_session
from backend.kit.errors import Unauthenticated
from backend.platform.unit_of_work import SYSTEM, unit_of_work

FIELD = "Authorization"
EXPECTED = "Bearer <key>, with a key made by `leadflow api-key create`"

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="API key",
    description="A key made by `leadflow api-key create`; its scopes say what it may do.",
)


def current_actor(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Actor:
    """Return the actor of the request's key; raises `Unauthenticated`."""
    if given is None:
        message = "the request carries no API key"
        raise Unauthenticated(message, field=FIELD, expected=EXPECTED)
    with unit_of_work(SYSTEM) as uow:
        actor = actor_for_api_key(uow, given.credentials, address=_address(request))
    if actor is None:
        message = "the API key is unknown, expired or revoked"
        raise Unauthenticated(message, field=FIELD, expected=EXPECTED)
    return actor


def current_viewer(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Actor:
    """Return the actor of the request's key, or of the session of our own screens.

    Only for what is read and changes nothing. Raises `Unauthenticated`.
    """
    token = request.cookies.get(SESSION_COOKIE, "")
    if given is not None or not token:
        return current_actor(request, given)
    with unit_of_work(SYSTEM) as uow:
        actor = actor_for_session(uow, token, address=_address(request), is_use=False)
    if actor is None:
        message = "nobody is signed in"
        raise Unauthenticated(message, field=FIELD, expected=EXPECTED)
    return actor


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


CurrentActor = Annotated[Actor, Depends(current_actor)]
CurrentViewer = Annotated[Actor, Depends(current_viewer)]
