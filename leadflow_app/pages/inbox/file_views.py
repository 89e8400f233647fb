"""Drawing the files of a message; every one has its size before it is loaded."""

import reflex as rx

from leadflow_app.components.links import PAST_ROUTER
from leadflow_app.design import tokens
from leadflow_app.pages.inbox.files import FileRow


def file(row: rx.Var[FileRow]) -> rx.Component:
    """Show a picture, a player or a row with a name; what is not here says why."""
    return rx.fragment(
        rx.match(
            row.way,
            ("picture", picture(row, "file-picture")),
            ("sticker", picture(row, "file-picture is-sticker")),
            ("sound", sound(row)),
            ("film", film(row)),
            ("paper", paper(row)),
            absent(row),
        )
    )


def picture(row: rx.Var[FileRow], class_name: str) -> rx.Component:
    """Show a picture, loaded when it comes near; the whole of it is behind the link."""
    return rx.el.a(
        rx.el.img(
            src=row.address,
            alt=row.alt,
            loading="lazy",
            decoding="async",
            class_name=class_name,
        ),
        href=row.address,
        target="_blank",
        rel="noopener",
        key=row.key,
    )


def sound(row: rx.Var[FileRow]) -> rx.Component:
    """Play a voice message; nothing is loaded before somebody asks."""
    return rx.el.audio(
        src=row.address,
        controls=True,
        preload="none",
        class_name="file-sound",
        aria_label=row.alt,
        key=row.key,
    )


def film(row: rx.Var[FileRow]) -> rx.Component:
    """Play a video; nothing is loaded before somebody asks."""
    return rx.el.video(
        src=row.address,
        controls=True,
        preload="none",
        class_name="file-film",
        aria_label=row.alt,
        key=row.key,
    )


def paper(row: rx.Var[FileRow]) -> rx.Component:
    """Offer a document to be saved."""
    return rx.el.a(
        words(row),
        href=row.address,
        download=row.name,
        class_name="card",
        key=row.key,
        custom_attrs=PAST_ROUTER,
    )


def absent(row: rx.Var[FileRow]) -> rx.Component:
    """Say what stands in the way of a file."""
    return rx.el.div(words(row), class_name="card", key=row.key)


def words(row: rx.Var[FileRow]) -> rx.Component:
    """Name a file beside the icon of its kind."""
    kinds = ("image", "video", "mic", "sticker")
    icons = [(name, rx.icon(name, size=tokens.ICON_LARGE, aria_hidden="true")) for name in kinds]
    return rx.fragment(
        rx.match(
            row.icon,
            *icons,
            rx.icon("file-text", size=tokens.ICON_LARGE, aria_hidden="true"),
        ),
        rx.el.span(
            rx.el.span(row.name, class_name="strong clip", dir="auto"),
            rx.el.span(row.detail, class_name="soft small"),
            class_name="card-text",
        ),
    )
