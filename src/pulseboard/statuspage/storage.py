"""
Copies of the public pages in a storage of Django's, to be read while the app is dead.

::

    pages anybody may read ──▶ files ──▶ those that changed ──▶ STATUS_PAGE_STORAGE

    index.html  status-page.json  .md  .atom  .ics  status.css  …   of the default page
    <slug>/…                                                        of every other one
    copies.json                 what is there, to be taken away when it may not be

A storage that fails or hangs ends the job that writes, never the runner.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from pulseboard.conf import get_settings
from pulseboard.core.log import get_logger
from pulseboard.statuspage import store
from pulseboard.statuspage.models import DEFAULT_SLUG, StatusPage
from pulseboard.statuspage.render.copies import NAMES, files_of
from pulseboard.statuspage.teller import iso

logger = get_logger("pulseboard.statuspage")

LIST = "copies.json"
MOST_LIST_BYTES = 1024 * 1024
#: Two jobs may want the same copy: the one of a change, and that of every minute.
FRESH_SECONDS = 30.0
#: A file that somebody deleted is back after so long.
WRITE_AGAIN_SECONDS = 3600.0
_FOLDER = re.compile(r"[-a-zA-Z0-9_]{1,60}", re.ASCII)


@dataclass(slots=True)
class _Written:
    """
    What this process has written.

    Args:
        revision: Of the pages when it was last tried.
        files: Digest and monotonic time by name.
        listed: The names in `LIST`; None until it was read.
        failed: So many tries in a row.
    """

    revision: object = None
    copied_at: float = float("-inf")
    files: dict[str, tuple[str, float]] = field(default_factory=dict)
    listed: frozenset[str] | None = None
    failed: int = 0


_written = _Written()


def is_due() -> bool:
    """Return whether a page says something that no copy was tried of. One query."""
    return bool(_alias()) and store.revision() != _written.revision


def copy_pages(now: datetime) -> None:
    """
    Bring the copies up to what the pages say at *now*, if there is a storage for them.

    Raises:
        Exception: The first that the storage raised; the other pages are written.
    """
    if not _alias():
        return
    revision = store.revision()
    fresh = time.monotonic() - _written.copied_at < FRESH_SECONDS
    if fresh and revision == _written.revision:
        return
    # Before it is tried: a storage that fails is tried again in a minute, not at once.
    _written.revision = revision
    try:
        _copy(storages[_alias()], now)
    except Exception as error:
        _written.failed += 1
        times = _written.failed
        logger.warning(
            "Copies of the public pages failed %d times in a row: %s",
            times,
            type(error).__name__,
        )
        raise
    _written.failed = 0
    _written.copied_at = time.monotonic()


def forget() -> None:
    """Know nothing of what is there, as a new process."""
    _written.__init__()  # type: ignore[misc]


def _alias() -> str:
    return get_settings().status_page_storage


def _copy(storage: Storage, now: datetime) -> None:
    _learn(storage)
    pages = [page for page in store.pages() if page.is_public]
    # First what may not be there: a page that became private must not wait.
    _take_away(storage, {_folder(page) for page in pages}, now)
    failures: list[Exception] = []
    for page in pages:
        try:
            _copy_page(storage, page, now)
        except Exception as error:  # whatever a storage raises; the next page may do
            failures.append(error)
    if failures:
        raise failures[0]


def _learn(storage: Storage) -> None:
    """Forget what other processes have changed: they may take turns with this one."""
    _written.listed = None
    listed = _listed(storage)
    for name in _written.files.keys() - listed:
        del _written.files[name]


def _copy_page(storage: Storage, page: StatusPage, now: datetime) -> None:
    folder = _folder(page)
    files = {folder + name: body for name, body in files_of(page, now).items()}
    _announce(storage, files, now)
    for name, body in files.items():
        _put_changed(storage, name, body)
    gone = [n for n in _listed(storage) if _folder_of(n) == folder and n not in files]
    _drop(storage, gone, now)


def _folder(page: StatusPage) -> str:
    return "" if page.slug == DEFAULT_SLUG else f"{page.slug}/"


def _folder_of(name: str) -> str:
    folder, slash, _name = name.rpartition("/")
    return folder + slash


def _take_away(storage: Storage, wanted: Collection[str], now: datetime) -> None:
    """Delete the files of every page that is not in the folders *wanted*."""
    gone = [name for name in _listed(storage) if _folder_of(name) not in wanted]
    _drop(storage, gone, now)


def _drop(storage: Storage, names: Collection[str], now: datetime) -> None:
    if not names:
        return
    for name in names:
        storage.delete(name)
        _written.files.pop(name, None)
    _list(storage, _listed(storage).difference(names), now)


def _announce(storage: Storage, names: Iterable[str], now: datetime) -> None:
    """List *names* before they are there: whoever dies between leaves no orphan."""
    listed = _listed(storage)
    if not listed.issuperset(names):
        _list(storage, listed.union(names), now)


def _listed(storage: Storage) -> frozenset[str]:
    if _written.listed is None:
        _written.listed = _read_list(storage)
    return _written.listed


def _list(storage: Storage, names: frozenset[str], now: datetime) -> None:
    text = json.dumps({"made_at": iso(now), "files": sorted(names)}, indent=1)
    _put(storage, LIST, text.encode())
    _written.listed = names


def _read_list(storage: Storage) -> frozenset[str]:
    """Return the names that an earlier process listed, those that can be ours."""
    if not storage.exists(LIST):
        return frozenset()
    with storage.open(LIST) as file:
        text = file.read(MOST_LIST_BYTES)
    try:
        names = json.loads(text)["files"]
        return frozenset(name for name in names if _is_ours(name))
    except (ValueError, LookupError, TypeError):
        return frozenset()


def _is_ours(name: object) -> bool:
    """Return whether *name* is one we give: what is deleted must be nothing else."""
    if not isinstance(name, str):
        return False
    folder, slash, last = name.rpartition("/")
    return last in NAMES and (not slash or bool(_FOLDER.fullmatch(folder)))


def _put_changed(storage: Storage, name: str, body: bytes) -> None:
    digest, now = sha256(body).hexdigest(), time.monotonic()
    before, written_at = _written.files.get(name, ("", 0.0))
    if digest == before and now - written_at < WRITE_AGAIN_SECONDS:
        return
    _put(storage, name, body)
    _written.files[name] = (digest, now)


def _put(storage: Storage, name: str, body: bytes) -> None:
    """Write *body* in the place of *name*, at once where the storage can."""
    if isinstance(storage, FileSystemStorage):
        _replace(storage, name, body)
        return
    # S3 and its like write in place; others would give it another name.
    if storage.get_available_name(name) != name:
        storage.delete(name)
    saved = storage.save(name, ContentFile(body))
    if saved != name:
        storage.delete(saved)
        raise FileExistsError(f"expected to write {name}, the storage chose {saved}")


def _replace(storage: FileSystemStorage, name: str, body: bytes) -> None:
    """Write beside *name* and rename: nobody reads half a file."""
    path = PurePosixPath(name)
    unfinished = str(path.with_name(f".{path.name}.{os.getpid()}"))
    storage.delete(unfinished)
    saved = storage.save(unfinished, ContentFile(body))
    os.replace(storage.path(saved), storage.path(name))
