"""Model folders on this machine, as a database has them: fetched once, checked, shared.

A folder is named by the hashes of all that is in it, so it never changes once it is there, and
generations with the same models have the same folder.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from platformdirs import user_cache_path

from index.errors import ModelError
from index.postgres.catalog import Catalog

LEFT_S = 7 * 86400.0  # no build takes so long
_NEW = "new."


def models_folder(catalog: Catalog, number: int) -> Path:
    """The folder with the models of a generation; fetched if it is not there.

    Raises:
        ModelError: It cannot be written here, or what was fetched is not what was kept.
    """
    files = catalog.models(number)
    told = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    folder = _cache() / told[:32]
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            for name, sha256 in files.items():
                _fetch(catalog, sha256, partial / name)
            try:
                os.replace(partial, folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as exc:
        raise ModelError(
            f"the models of the index cannot be kept in {str(folder.parent)!r} "
            f"({exc.strerror or exc}); make room, or set XDG_CACHE_HOME."
        ) from exc
    return folder


def new_models_folder() -> Path:
    """An empty folder for the models of a generation that is being made; who asks removes it.

    What others have left a week ago, who were killed, is removed here.

    Raises:
        ModelError: It cannot be made.
    """
    try:
        _cache().mkdir(parents=True, exist_ok=True)
        for left in _cache().glob(f"{_NEW}*"):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=_NEW, dir=_cache()))
    except OSError as exc:
        raise ModelError(
            f"{str(_cache())!r} cannot be written ({exc.strerror or exc}); set XDG_CACHE_HOME."
        ) from exc


def _cache() -> Path:
    return user_cache_path("dateline") / "models"


def _fetch(catalog: Catalog, sha256: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for raw in catalog.blob(sha256):
            digest.update(raw)
            file.write(raw)
    if digest.hexdigest() != sha256:
        raise ModelError(
            f"the model file {target.name!r} in {str(catalog.address)!r} is not what was kept; "
            "make the index anew with `dateline index build FOLDER --rebuild`."
        )
