"""A page that follows: it reads at once, again after changes, and says when it may be stale."""

import asyncio
import contextlib

import pytest

from backend.kit.errors import NotFound
from backend.platform import live
from backend.platform.unit_of_work import unit_of_work
from leadflow_app import live as screens
from leadflow_app.live import changes

TOPICS = frozenset({"leads"})
PATIENCE = 10


def announce(actor, times=1):
    for _ in range(times):
        with unit_of_work(actor) as uow:
            uow.announce("leads")


async def connected():
    async with live.hub().subscribe("nobody", frozenset()):
        for _ in range(500):
            if live.hub().is_connected:
                return
            await asyncio.sleep(0.01)


async def next_of(feed):
    return await asyncio.wait_for(anext(feed), PATIENCE)


def test_it_speaks_at_once_and_then_after_a_change(actor):
    async def follow():
        async with live.listening():
            await connected()
            async with contextlib.aclosing(changes(actor, TOPICS)) as feed:
                assert (await next_of(feed)).is_connected
                waiting = asyncio.create_task(next_of(feed))
                await asyncio.sleep(screens.RELOAD_SECONDS * 2)
                assert not waiting.done()
                await asyncio.to_thread(announce, actor)
                assert [one.topic for one in (await waiting).changes] == ["leads"]

    asyncio.run(follow())


def test_a_burst_costs_one_reading(actor):
    async def follow():
        async with live.listening():
            await connected()
            async with contextlib.aclosing(changes(actor, TOPICS)) as feed:
                await next_of(feed)
                await asyncio.to_thread(announce, actor, times=20)
                await next_of(feed)
                waiting = asyncio.create_task(next_of(feed))
                await asyncio.sleep(screens.RELOAD_SECONDS * 2)
                assert not waiting.done()
                waiting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await waiting

    asyncio.run(follow())


def test_without_a_feed_it_says_so_and_reads_now_and_then(actor, monkeypatch):
    monkeypatch.setattr(live.hub(), "is_connected", False)
    monkeypatch.setattr(screens, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(screens, "RELOAD_SECONDS", 0.01)
    monkeypatch.setattr(screens, "REFRESH_DEAF_SECONDS", 0.05)

    async def follow():
        async with contextlib.aclosing(changes(actor, TOPICS)) as feed:
            return [(await next_of(feed)).is_connected for _ in range(2)]

    assert asyncio.run(follow()) == [False, False]


class Page:
    """What `refresh` needs of a page, without Reflex around it."""

    def __init__(self, *questions):
        self.questions = list(questions)
        self.shown = []
        self.problem, self.is_ready, self.is_stale = "", False, False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_exception):
        return None

    def _question(self):
        return self.questions.pop(0)

    def _show(self, screen):
        self.shown.append(screen)


def answer(_uow, _actor):
    return "screen"


def refuse(_uow, _actor):
    message = "no such lead"
    raise NotFound(message)


def break_down(_uow, _actor):
    message = "the database went away"
    raise RuntimeError(message)


def refreshed(actor, *questions, is_connected=True):
    page = Page(*questions)
    asyncio.run(screens.refresh(page, actor, screens.News(is_connected)))
    return page


def test_an_answer_is_shown(actor):
    page = refreshed(actor, answer, answer)
    assert (page.shown, page.problem, page.is_ready) == (["screen"], "", True)


def test_an_answer_to_a_question_that_nobody_asks_any_more_is_not_shown(actor):
    assert refreshed(actor, answer, refuse).shown == []


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (refuse, "No such lead. It may have been removed."),
        (break_down, "This page could not be read. Try again in a moment."),
    ],
)
def test_a_failure_is_said_in_words(actor, question, problem):
    page = refreshed(actor, question, question)
    assert page.problem.startswith(problem)
    assert (page.is_ready, page.shown) == (True, [])


def test_a_page_without_its_feed_is_stale(actor):
    assert refreshed(actor, answer, answer, is_connected=False).is_stale


class Narrow(Page):
    """A page that asks for less after changes, and may have been shown something else since."""

    def __init__(self, *questions, fits):
        super().__init__(*questions)
        self.fits = fits

    def _narrowed(self, question, changes):
        assert question is answer
        return lambda _uow, _actor: f"screen and {changes[0].topic}"

    def _still_fits(self, _asked):
        return self.fits


@pytest.mark.parametrize(("fits", "shown"), [(True, "screen and leads"), (False, "screen")])
def test_what_changed_is_added_unless_the_page_shows_something_else_by_now(actor, fits, shown):
    page = Narrow(*[answer] * 4, fits=fits)
    news = screens.News(is_connected=True, changes=(live.Change("leads", "w", ("1",)),))
    asyncio.run(screens.refresh(page, actor, news))
    assert page.shown == [shown]
