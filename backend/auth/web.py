"""Signing in and out by plain HTTP, so that no cookie of ours ever meets a script."""

from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.background import BackgroundTask

from backend.auth.errors import (
    ChallengeGone,
    NoSession,
    NoWorkspace,
    ResetGone,
    SignInRefused,
    TooBusy,
    TooManyAttempts,
    WeakPassword,
    WrongCode,
)
from backend.auth.new_passwords import RESET_PATH, is_reset_open, reset_password
from backend.auth.schemas import CodeAsked, SignedIn, Visitor
from backend.auth.sessions import SESSION_COOKIE, SESSION_LIFETIME, sign_out, switch_workspace
from backend.auth.signing_in import CHALLENGE_LIFETIME, give_code, note_refusal, sign_in
from backend.platform.unit_of_work import SYSTEM, unit_of_work

SIGN_IN_PAGE: Final = "/sign-in"
CODE_PAGE: Final = "/sign-in/code"
RESET_PAGE: Final = "/reset"
AUTH_PATHS: Final = "/auth"
CHALLENGE_COOKIE: Final = "leadflow_challenge"
DEVICE_COOKIE: Final = "leadflow_device"
RECOVERY_FORM: Final = "recovery"
RESET_COOKIE: Final = "leadflow_reset"
DEVICE_SECONDS: Final = 400 * 24 * 60 * 60  # the longest that browsers keep a cookie (RFC 6265bis)
RESET_SECONDS: Final = 60 * 60
SEE_OTHER: Final = 303

router = APIRouter(prefix=AUTH_PATHS, include_in_schema=False)


@router.post("/sign-in")
def post_sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=2000)] = "",  # noqa: A002  the form's field
) -> RedirectResponse:
    """Check the form and go on to the page that was asked for, or to the one that asks a code."""
    target = safe_target(next or _asked_of_the_page(request))
    if not is_same_origin(request):
        return _refused(SIGN_IN_PAGE, "origin", target)
    visitor = _visitor(request)
    try:
        outcome = sign_in(email=email, password=password, visitor=visitor)
    except SignInRefused:
        response = _refused(SIGN_IN_PAGE, "credentials", target)
        response.background = BackgroundTask(_note_refusal, email, visitor)
        return response
    except (TooManyAttempts, TooBusy) as error:
        return _told_to_wait(SIGN_IN_PAGE, error, target)
    if isinstance(outcome, CodeAsked):
        return _to_code_page(request, outcome, target)
    return _let_in(request, outcome, target)


@router.post("/second-factor")
def post_second_factor(
    request: Request,
    code: Annotated[str, Form(max_length=64)],
    use: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=2000)] = "",  # noqa: A002  the form's field
) -> RedirectResponse:
    """Check the code and go on to the page that was asked for; `use` is which form was shown."""
    target = safe_target(next or _asked_of_the_page(request))
    if not is_same_origin(request):
        return _refused(SIGN_IN_PAGE, "origin", target)
    challenge = request.cookies.get(CHALLENGE_COOKIE, "")
    try:
        signed_in = give_code(challenge=challenge, code=code, visitor=_visitor(request))
    except WrongCode:
        shown = {"use": RECOVERY_FORM} if use == RECOVERY_FORM else {}
        return _page(CODE_PAGE, error="code", **shown, next=target)
    except TooManyAttempts as error:
        return _told_to_wait(CODE_PAGE, error, target)
    except ChallengeGone:
        response = _refused(SIGN_IN_PAGE, "expired", target)
        _drop(response, CHALLENGE_COOKIE, AUTH_PATHS)
        return response
    return _let_in(request, signed_in, target)


@router.post("/sign-out")
def post_sign_out(request: Request) -> RedirectResponse:
    """End the session here and in the browser."""
    if is_same_origin(request):
        _end_session(request)
    response = RedirectResponse(SIGN_IN_PAGE, SEE_OTHER)
    _drop(response, SESSION_COOKIE, "/")
    return response


@router.post("/workspace")
def post_workspace(
    request: Request, workspace_id: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Work in another workspace from now on; one that is not theirs changes nothing."""
    response = RedirectResponse("/", SEE_OTHER)
    wanted = _uuid(workspace_id)
    if wanted is None or not is_same_origin(request):
        return response
    try:
        with unit_of_work(SYSTEM) as uow:
            token = request.cookies.get(SESSION_COOKIE, "")
            switch_workspace(uow, token, wanted, address=client_address(request))
    except (NoWorkspace, NoSession):
        return response
    return response


@router.get(RESET_PATH.removeprefix(AUTH_PATHS))
def open_reset(request: Request, token: str = "") -> RedirectResponse:
    """Keep the token of a link where no script and no history sees it, and ask for a password."""
    with unit_of_work(SYSTEM) as uow:
        is_open = is_reset_open(uow, token)
    response = _page(RESET_PAGE) if is_open else _page(RESET_PAGE, error="gone")
    if is_open:
        _keep(request, response, RESET_COOKIE, token, seconds=RESET_SECONDS)
    return response


@router.post(RESET_PATH.removeprefix(AUTH_PATHS))
def post_reset(
    request: Request, password: Annotated[str, Form(max_length=1024)]
) -> RedirectResponse:
    """Set the password that a link lets its holder choose; they sign in with it by themselves."""
    if not is_same_origin(request):
        return _page(RESET_PAGE, error="origin")
    token = request.cookies.get(RESET_COOKIE, "")
    try:
        device = reset_password(token=token, password=password, visitor=_visitor(request))
    except WeakPassword:
        return _page(RESET_PAGE, error="weak")
    except TooBusy:
        return _page(RESET_PAGE, error="busy")
    except ResetGone:
        response = _page(RESET_PAGE, error="gone")
    else:
        response = _page(SIGN_IN_PAGE, done="reset")
        _keep(request, response, DEVICE_COOKIE, device, seconds=DEVICE_SECONDS)
        _drop(response, SESSION_COOKIE, "/")
    _drop(response, RESET_COOKIE, AUTH_PATHS)
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


def is_same_origin(request: Request) -> bool:
    """Whether a form came from our own pages; browsers name the origin of every POST."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    try:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


def client_address(request: Request) -> str:
    """Return the network address at the other end of the connection."""
    return request.client.host if request.client else ""


def _visitor(request: Request) -> Visitor:
    return Visitor(
        address=client_address(request),
        user_agent=request.headers.get("user-agent", ""),
        device=request.cookies.get(DEVICE_COOKIE, ""),
    )


def _asked_of_the_page(request: Request) -> str:
    """Read where to go on to off the form's own address; a quick hand sends it half filled."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    is_ours = page.path.rstrip("/") in {SIGN_IN_PAGE, CODE_PAGE}
    return dict(parse_qsl(page.query)).get("next", "") if is_ours else ""


def _note_refusal(email: str, visitor: Visitor) -> None:
    with unit_of_work(SYSTEM) as uow:
        note_refusal(uow, email=email, visitor=visitor)


def _end_session(request: Request) -> None:
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with unit_of_work(SYSTEM) as uow:
            sign_out(uow, token, address=client_address(request))


def _to_code_page(request: Request, asked: CodeAsked, target: str) -> RedirectResponse:
    response = _page(CODE_PAGE, next=target)
    seconds = int(CHALLENGE_LIFETIME.total_seconds())
    _keep(request, response, CHALLENGE_COOKIE, asked.token, seconds=seconds)
    return response


def _let_in(request: Request, signed_in: SignedIn, target: str) -> RedirectResponse:
    """Give the browser its session; the one that it had before ends."""
    _end_session(request)
    response = RedirectResponse(target, SEE_OTHER)
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )
    _keep(request, response, DEVICE_COOKIE, signed_in.device, seconds=DEVICE_SECONDS)
    if CHALLENGE_COOKIE in request.cookies:
        _drop(response, CHALLENGE_COOKIE, AUTH_PATHS)
    return response


def _refused(page: str, reason: str, target: str) -> RedirectResponse:
    return _page(page, error=reason, next=target)


def _told_to_wait(page: str, error: TooManyAttempts | TooBusy, target: str) -> RedirectResponse:
    if isinstance(error, TooBusy):
        return _page(page, error="busy", next=target)
    return _page(page, error="locked", wait=str(error.minutes), next=target)


def _page(path: str, **query: str) -> RedirectResponse:
    address = f"{path}?{urlencode(query)}" if query else path
    return RedirectResponse(address, SEE_OTHER)


def _keep(
    request: Request, response: RedirectResponse, name: str, value: str, *, seconds: int
) -> None:
    """Set a cookie that is sent to these routes only, and only from our own pages."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
        path=AUTH_PATHS,
    )


def _drop(response: RedirectResponse, name: str, path: str) -> None:
    samesite = "lax" if path == "/" else "strict"
    response.delete_cookie(name, path=path, httponly=True, samesite=samesite)


def is_secure(request: Request) -> bool:
    """Whether the browser came over TLS; its own origin says so, also behind a proxy."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https:")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
