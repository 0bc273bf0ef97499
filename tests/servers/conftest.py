import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder that also the user `nobody` can get into (pytest's own are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="shouwang-data-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
