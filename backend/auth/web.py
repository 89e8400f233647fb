"""Signing in and out by plain HTTP, so that the session's cookie never meets a script."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from backend.auth.errors import SignInRefused
from backend.auth.signing_in import SESSION_COOKIE, SESSION_LIFETIME, sign_in, sign_out
from backend.platform.unit_of_work import SYSTEM, unit_of_work

SIGN_IN_PAGE = "/sign-in"
SEE_OTHER = 303
FORBIDDEN = 403

router = APIRouter(prefix="/auth", include_in_schema=False)


@router.post("/sign-in")
def post_sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=2000)] = "",  # noqa: A002  the form's field
) -> RedirectResponse:
    """Check the form and go on to the page that was asked for, with a session cookie."""
    target = safe_target(next or _asked_of_the_page(request))
    if not is_same_origin(request):
        return _refused("origin", target)
    try:
        with unit_of_work(SYSTEM) as uow:
            signed_in = sign_in(
                uow,
                email=email,
                password=password,
                user_agent=request.headers.get("user-agent", ""),
                address=request.client.host if request.client else "",
            )
    except SignInRefused:
        return _refused("credentials", target)
    response = RedirectResponse(target, SEE_OTHER)
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
        path="/",
    )
    return response


@router.post("/sign-out")
def post_sign_out(request: Request) -> RedirectResponse:
    """End the session here and in the browser."""
    token = request.cookies.get(SESSION_COOKIE)
    if token and is_same_origin(request):
        with unit_of_work(SYSTEM) as uow:
            sign_out(uow, token)
    response = RedirectResponse(SIGN_IN_PAGE, SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def safe_target(wanted: str) -> str:
    """Return a path of ours to go on to; anything else leads home (no open redirect)."""
    try:
        parts = urlsplit(wanted)
    except ValueError:  # an address that is none, such as //[
        return "/"
    is_ours = not parts.scheme and not parts.netloc and wanted.startswith("/")
    is_plain = "\\" not in wanted and not wanted.startswith("//") and wanted.isprintable()
    return wanted if is_ours and is_plain else "/"


def _asked_of_the_page(request: Request) -> str:
    """Read where to go on to off the form's own address; a quick hand sends it half filled."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    return dict(parse_qsl(page.query)).get("next", "") if page.path == SIGN_IN_PAGE else ""


def is_same_origin(request: Request) -> bool:
    """Whether a form came from our own pages; browsers name the origin of every POST."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    try:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


def _refused(reason: str, target: str) -> RedirectResponse:
    query = urlencode({"error": reason, "next": target})
    return RedirectResponse(f"{SIGN_IN_PAGE}?{query}", SEE_OTHER)


def _is_secure(request: Request) -> bool:
    """Whether the browser came over TLS; its own origin says so, also behind a proxy."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https:")
