"""Encoders that were exported before, kept for the next index: the packaged model's, by its hash.

To export a model takes torch, seconds and half a gigabyte of memory, and always gives the same
files. They are kept in a folder of the user's cache, and linked into each generation, so that they
take their room on the disk once. What is in the cache is checked by its hash before it is used.
"""

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from index.encoders import OnnxEncoder, packed_encoder
from index.errors import ModelError
from index.export import DEFAULT_MODEL, DEFAULT_MODEL_SHA256, export_encoder, packaged_model

EXPORTER = 1
"""Rises with every change of `index.export` that changes what it writes."""
_SUMS = "sums.json"


def ready_encoder(name: str, folder: Path, threads: int = 2) -> OnnxEncoder:
    """Have the encoder of a model in a folder: as it was exported before, or exported now.

    Args:
        name: As `export_encoder`.
        folder: Where the encoder goes; it appears whole or not at all.
        threads: CPU threads of the encoder that is returned.

    Raises:
        ModelError: As `export_encoder`.
    """
    if name != DEFAULT_MODEL:
        export_encoder(name, folder, threads)
        return packed_encoder(folder, threads)
    packaged_model()  # or an installation without its model would go unnoticed
    kept = _cache()
    if not _is_sound(kept) or not _linked(kept, folder):
        export_encoder(name, folder, threads)
        with suppress(OSError):  # a cache that cannot be written only costs time
            _keep(folder, kept)
    try:
        return packed_encoder(folder, threads)
    except ModelError:
        shutil.rmtree(kept, ignore_errors=True)
        raise


def _cache() -> Path:
    """Where what is exported of this model, by this code and this runtime, is kept."""
    told = f"{DEFAULT_MODEL_SHA256}-{EXPORTER}-{version('torch')}-{version('onnxruntime')}"
    return user_cache_path("dateline") / "encoders" / hashlib.sha256(told.encode()).hexdigest()[:32]


def _is_sound(kept: Path) -> bool:
    """Whether the cache has an encoder, and every file of it is what was kept."""
    try:
        sums: dict[str, str] = json.loads((kept / _SUMS).read_text())
        return all(_sha256(kept / name) == sha256 for name, sha256 in sums.items())
    except (OSError, ValueError, AttributeError):
        return False


def _linked(kept: Path, folder: Path) -> bool:
    """Link the kept files into a folder, or copy them where that cannot be; whether it worked."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        shutil.copytree(kept, partial, copy_function=_link, ignore=lambda *_: [_SUMS])
        os.replace(partial, folder)
    except (OSError, shutil.Error):
        shutil.rmtree(partial, ignore_errors=True)
        return False
    return True


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)


def _keep(folder: Path, kept: Path) -> None:
    """Put an encoder into the cache, whole or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=kept.parent))
    try:
        for file in folder.iterdir():
            _link(str(file), str(partial / file.name))
        sums = {file.name: _sha256(file) for file in partial.iterdir()}
        (partial / _SUMS).write_text(json.dumps(sums))
        shutil.rmtree(kept, ignore_errors=True)
        os.replace(partial, kept)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
