"""The file that a reply will carry: one for each conversation, until it is sent or removed."""

import reflex as rx

from backend import media
from backend.auth import Actor
from leadflow_app import runtime
from leadflow_app.dialogs import Asks
from leadflow_app.inputs import the_id
from leadflow_app.pages.inbox.files import FileRow, file_rows
from leadflow_app.session import signed_in


class Attaches(Asks, mixin=True):
    """The part of the inbox that knows which file was chosen."""

    attached: FileRow = FileRow()

    _files: dict[str, FileRow] = {}

    @rx.event
    @signed_in
    async def attach(self, actor: Actor, key: str) -> None:
        """Put a file that was just uploaded on the reply; the text box becomes its caption."""
        file = await runtime.run(actor, media.get_file, the_id(key))
        (row,) = file_rows([file.view])
        self._carry(row)

    @rx.event
    @signed_in
    async def detach(self, _actor: Actor) -> None:
        """Take the file off the reply; retention removes what nothing carries."""
        self._carry(FileRow())

    def _carry(self, row: FileRow) -> None:
        """Keep the file of the open conversation; one without a key is none."""
        self._files[self.screen.open.key] = row
        self.attached = row
