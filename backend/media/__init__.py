"""Files of messages: fetched by a worker, checked, kept, handed out."""

from backend.media.erasing import blank_files, blank_uploads, count_files, erase, held_about
from backend.media.errors import FileRefused, MediaNotFound
from backend.media.linking import link_for
from backend.media.schemas import Expected, MediaState, MediaView, StoredFile
from backend.media.service import expect, find_file, get_file, of_messages
from backend.media.uploading import Begun, Upload, attach, inspect, keep, kept, store_upload

__all__ = [
    "Begun",
    "Expected",
    "FileRefused",
    "MediaNotFound",
    "MediaState",
    "MediaView",
    "StoredFile",
    "Upload",
    "attach",
    "blank_files",
    "blank_uploads",
    "count_files",
    "erase",
    "expect",
    "find_file",
    "get_file",
    "held_about",
    "inspect",
    "keep",
    "kept",
    "link_for",
    "of_messages",
    "store_upload",
]
