"""The state is saved while the server runs: a generation every few seconds in which it changed.

A child process writes it, made by fork from the event loop between two requests, so it has a
consistent copy of everything and the server waits for the fork only; at an orderly stop it waits
for the child. The package itself saves at an orderly stop alone, over what was there and while its
threads may still change it.

Objects are files of their own, written as they come. An older state may need one that has been
deleted since, so deletions wait until no kept generation is from before them.
"""

import asyncio
import json
import logging
import os
import signal
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ministack import app as server
from ministack.core import persistence
from ministack.services import lambda_svc, s3

from local import generations

INTERVAL = 15.0
"""Seconds between the end of a save and the next."""
LIMIT = 60
"""Seconds after which a save is given up."""
LIMIT_AT_STOP = 45
"""Fewer than whoever stops the server waits for it, so that it can still say what was lost."""
_READS = ("Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List", "Decrypt")


def adapt(saved: Path, report: Callable[[str], None]) -> None:
    """Have the package's server save as it runs.

    Parameters
    ----------
    saved : Path
        The folder of the generations; the package loads the one that STATE_DIR names.
    report : callable
        Told, in JSON, of every save: when and for how long, or why it failed.
    """
    saver = Saver(saved, report)
    served = server.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await served(scope, receive, saver.starting(send))
            return
        try:
            await served(scope, receive, send)
        finally:
            saver.changed |= changes(scope)

    server.app = app
    server.save_all = saver.save_at_stop
    s3._atomic_write = saver.objects.noting(s3._atomic_write)  # noqa: SLF001
    s3._delete_persisted_object = saver.objects.delete  # noqa: SLF001


def changes(scope: Any) -> bool:
    """Check whether a request may change what the package keeps, apart from logs and metrics."""
    headers = dict(scope.get("headers", []))
    if target := headers.get(b"x-amz-target", b"").decode():
        return not target.rpartition(".")[2].startswith(_READS)
    calls = b".execute-api." in headers.get(b"host", b"") or "/invocations" in scope["path"]
    return scope.get("method", "GET") not in {"GET", "HEAD"} and not calls


class Objects:
    """The files of the bucket's objects: which to sync with the next save, which to delete later.

    Paths are relative to the folder of all objects.
    """

    def __init__(self) -> None:
        self.root = Path(s3.DATA_DIR)
        self.written: set[str] = set()
        self.deleted: set[str] = set()
        """Since the last save."""
        self.expired: set[str] = set()
        """Before the last save, and after the one before it."""

    def noting(self, write: Callable[..., None]) -> Callable[..., None]:
        """Return the package's function that writes a file, made to remember it."""

        def noted(path: str, *arguments: Any, **options: Any) -> None:
            write(path, *arguments, **options)
            name = self._name(path)
            self.written.add(name)
            self.deleted.discard(name)
            self.expired.discard(name)

        return noted

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object's file once no kept generation may need it."""
        path = s3._object_disk_path(bucket, key)  # noqa: SLF001
        if path:
            self.deleted.add(self._name(path))

    def forget(self, deleted: list[str]) -> None:
        """Take objects that the loaded state had deleted from the buckets, as which they came."""
        for bucket, key, _ in list(_objects()):
            path = s3._object_disk_path(bucket[1], key, bucket[0])  # noqa: SLF001
            if path and self._name(path) in deleted:
                del s3._buckets._data[bucket]["objects"][key]  # noqa: SLF001
        self.deleted |= set(deleted)

    def sync(self) -> None:
        """Bring everything to the disk that was written since the last save.

        Raises
        ------
        OSError
            Something could not be written, now or when it came.
        """
        for (account, bucket), key, record in _objects():
            if record.get("body") is not None:
                path = s3._object_disk_path(bucket, key, account)  # noqa: SLF001
                s3._atomic_write(path, record["body"])  # noqa: SLF001
                meta = {**s3._object_meta_from_record(record), "key": key}  # noqa: SLF001
                s3._atomic_write(path + ".meta.json", json.dumps(meta), text=True)  # noqa: SLF001
        files = [self.root / name for name in self.written]
        for path in (*files, *{path.parent for path in files}):
            with suppress(FileNotFoundError):
                generations.sync(path)

    def saved(self, written: set[str], deleted: set[str]) -> None:
        """Take note of a save that had these files; delete what none of the two newest needs."""
        self.written -= written
        for name in self.expired:
            s3._remove_key_files(str(self.root / name))  # noqa: SLF001
        self.expired = deleted & self.deleted
        self.deleted -= deleted

    def _name(self, path: str) -> str:
        return Path(path).relative_to(self.root).as_posix()


def _objects() -> Any:
    for bucket, content in s3._buckets._data.items():  # noqa: SLF001
        for key, record in list(content["objects"].items()):
            yield bucket, key, record


class Saver:
    """Saves the state, and says how it went."""

    def __init__(self, saved: Path, report: Callable[[str], None]) -> None:
        self.changed = False
        self.objects = Objects()
        self._saved = saved
        self._report = report
        self._faults = _Faults()
        self._serving = False
        self._child = 0
        self._task: asyncio.Task[None] | None = None
        logging.getLogger().addHandler(self._faults)

    def starting(self, send: Any) -> Any:
        """Return the server's `send`, which begins to save once the server has started.

        A state that could not be loaded as a whole must not be served, and then saved.
        """

        async def sent(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                if self._faults.texts:
                    text = "; ".join(self._faults.texts)
                    message = {"type": "lifespan.startup.failed", "message": text}
                else:
                    with suppress(FileNotFoundError):
                        self.objects.forget(generations.check(Path(persistence.STATE_DIR)).deleted)
                    self._serving = True
                    self._task = asyncio.create_task(self._run())
            await send(message)

        return sent

    def save_at_stop(self, _states: Any) -> None:
        """Save once more, now that nobody is served; executions may still be at work in threads."""
        if not self._serving:
            return
        self._serving = False
        if self._child:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._child, signal.SIGKILL)
                os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOWAIT)
        began = time.monotonic()
        try:
            answer = _read(*self._forked(orderly=True))
        except (OSError, ValueError) as error:
            answer = {"failed": str(error)}
        self._told(answer, began, stop=True)

    async def _run(self) -> None:
        warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
        while True:
            await asyncio.sleep(INTERVAL)
            if self.changed:
                began = time.monotonic()
                try:
                    await self._save()
                except (OSError, ValueError) as error:
                    # No process to be had, for example. The next try must come.
                    self.changed = True
                    self._told({"failed": str(error)}, began)

    async def _save(self) -> None:
        self.changed = False
        written, deleted = set(self.objects.written), set(self.objects.deleted)
        began = time.monotonic()
        outcome, self._child = self._forked(orderly=False)
        stalled = time.monotonic() - began
        answer = await asyncio.to_thread(_read, outcome, self._child)
        self._child = 0
        if not self._serving:
            return
        if self._told(answer, began, stalled=stalled):
            self.objects.saved(written, deleted)
        else:
            self.changed = True

    def _forked(self, *, orderly: bool) -> tuple[int, int]:
        """Start a process that saves; return the pipe on which it tells its outcome, and its ID."""
        outcome, inherited = os.pipe()
        try:
            child = os.fork()
        except OSError:
            os.close(outcome)
            os.close(inherited)
            raise
        if not child:
            self._be_child(inherited, orderly=orderly)
        os.close(inherited)
        return outcome, child

    def _be_child(self, outcome: int, *, orderly: bool) -> None:
        """Write a generation and end; nothing of the server may run on in this process."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(LIMIT_AT_STOP if orderly else LIMIT)
            answer = self._written(orderly=orderly)
            os.write(outcome, json.dumps(answer).encode())
        finally:
            os._exit(0)

    def _written(self, *, orderly: bool) -> dict[str, str]:
        """Write a generation; return its time, or why there is none."""
        self._faults.texts.clear()

        def fill(folder: Path) -> None:
            persistence.STATE_DIR = str(folder)
            lambda_svc.CODE_BLOB_DIR = str(folder / "lambda-blobs")
            persistence.save_all(server._build_persistence_save_dict())  # noqa: SLF001
            if self._faults.texts:
                raise OSError(self._faults.texts[0])

        deleted = sorted(self.objects.deleted | self.objects.expired)
        try:
            self.objects.sync()
            at = generations.write(self._saved, fill, orderly=orderly, deleted=deleted)
        except Exception as error:  # noqa: BLE001
            return {"failed": str(error) or repr(error)}
        return {"saved_at": at.isoformat()}

    def _told(self, answer: dict[str, str], began: float, **more: Any) -> bool:
        seconds = {"seconds": round(time.monotonic() - began, 3)}
        with suppress(OSError):
            self._report(json.dumps(answer | seconds | more))
        return "saved_at" in answer


def _read(outcome: int, child: int) -> dict[str, str]:
    """Wait for what a child says, and for its end."""
    with open(outcome, "rb") as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if said:
        answer: dict[str, str] = json.loads(said)
        return answer
    return {"failed": f"the process that saves ended early (status {status})"}


class _Faults(logging.Handler):
    """Collects what the package only logs when it cannot save or load."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "persist" in record.getMessage().lower():
            cause = f": {record.exc_info[1]}" if record.exc_info else ""
            self.texts.append(record.getMessage() + cause)
