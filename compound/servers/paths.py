"""Where state lives. Standard library only: settings.py asks here before anything else exists."""

import contextlib
import errno
import os
import pwd
import secrets
import shutil
import stat
import uuid
from pathlib import Path

from compound.servers.trouble import Trouble

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# PostgreSQL refuses to run as root, and the user it runs as then may not enter root's home.
ROOT_STATE = Path("/var/lib/shouwang")


def data_dir() -> Path:
    """The folder of all state: `DATA_DIR`, else `.data` in the checkout. Made when absent. Raises Trouble."""
    directory = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").expanduser().resolve()
    make_folder(directory)
    return directory


def make_folder(directory: Path) -> None:
    """Makes a folder that is closed to others (root: that others can pass through). Raises Trouble."""
    try:
        if not directory.is_dir():
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(0o711 if server_user() else 0o700)
    except OSError as error:
        raise storage_trouble(directory, error) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise storage_trouble(directory, PermissionError(errno.EACCES, "Permission denied"))


def storage_trouble(path: Path, error: OSError) -> Trouble:
    """The sentence for a file or folder that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    return Trouble(
        f"无法写入 {path}（{error.strerror}），请换一个目录：DATA_DIR=…",
        f"Cannot write {path} ({error.strerror}); choose another folder with DATA_DIR=...",
    )


def disk_full(path: Path) -> Trouble:
    return Trouble(
        f"磁盘已满：{path} 所在的磁盘没有空间了，请清理后再启动",
        f"The disk is full: no space is left for {path}; make room and start again",
    )


def need_space(path: Path, megabytes: int) -> None:
    """Raises Trouble when the disk that holds `path` has less free than `megabytes`."""
    if shutil.disk_usage(path).free < megabytes * 1024 * 1024:
        raise disk_full(path)


def server_user() -> tuple[int, int] | None:
    """(uid, gid) that PostgreSQL runs as when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def servers_dir(directory: Path) -> Path:
    """The folder of the embedded servers that belong to a data folder. Made when absent.

    It is `servers` inside the data folder. Root keeps it under /var/lib/shouwang/ when no `DATA_DIR` was given
    or when
    the server's user could not get into it; which one is then kept in the data folder, so that a deleted data
    folder means a new database and not a forgotten one.
    """
    user = server_user()
    inside, pointer = directory / "servers", directory / "servers-id"
    if user is None or inside.is_dir():
        place = inside
    elif pointer.exists() or not os.environ.get("DATA_DIR") or not can_enter(directory, user):
        place = ROOT_STATE / write_once(pointer, uuid.uuid4().hex[:12])
    else:
        place = inside
    make_folder(place)
    if place != inside:
        (place / "belongs-to").write_text(f"{directory}\n")
    return place


def can_enter(directory: Path, user: tuple[int, int]) -> bool:
    """Whether that user may pass through the folder and all that it lies in."""
    for folder in (directory, *directory.parents):
        info = folder.stat()
        bit = stat.S_IXUSR if info.st_uid == user[0] else stat.S_IXGRP if info.st_gid == user[1] else stat.S_IXOTH
        if not info.st_mode & bit:
            return False
    return True


def note_public_url(directory: Path, url: str) -> None:
    """What phones reach a running `up` by, for commands that run beside it; '' when nobody does any more."""
    path = directory / "public-url"
    try:
        if url:
            draft = path.with_name(f".public-url.{os.getpid()}")
            draft.write_text(url + "\n")
            draft.replace(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_trouble(path, error) from error


def noted_public_url(directory: Path) -> str:
    try:
        return (directory / "public-url").read_text().strip()
    except OSError:
        return ""


def secret_key(directory: Path) -> str:
    """The installation's signing key, made on first use."""
    return write_once(directory / "secret-key", secrets.token_urlsafe(50))


def write_once(path: Path, text: str) -> str:
    """The content of a 0600 file; written first when it does not exist. Of several racing writers one wins."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise storage_trouble(path, error) from error
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise storage_trouble(path, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text().strip()
