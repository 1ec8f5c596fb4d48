"""Make an index match folders of articles: new and changed files in, removed ones out.

What was added by name or from the web stays. Knows nothing of how changes are kept.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from index.chunking import ChunkSettings
from index.encoders import Encoder, packed_encoder
from index.errors import ArticleError, NoArticlesError, UsageError
from index.exported import ready_encoder
from index.formats.files import SUFFIXES, parse_articles, read_file
from index.history import FOLDER, File
from index.intake import BuildReport, Intake, Progress
from index.location import Location
from index.places import Generation
from index.writer import IndexWriter, Recipe


def build_index(
    articles: Path | Sequence[Path],
    index: Location,
    model: str,
    chunking: ChunkSettings,
    *,
    threads: int = 2,
    rebuild: bool = False,
    progress: Progress | None = None,
    keeps: Callable[[Generation], bool] = lambda live: True,
    prepare: Callable[[Generation], None] = lambda rebuilt: None,
    make_encoder: Callable[[str, Path, int], Encoder] = ready_encoder,
    open_encoder: Callable[[Path, int], Encoder] = packed_encoder,
) -> BuildReport:
    """Make the index in a place match one or several folders; see `Recipe` and `build`.

    Raises:
        UsageError: A folder of articles is missing.
        NoArticlesError: They hold none that can be read.
        IndexFolderError: The index folder cannot be used.
        ModelError: The model cannot be used.
    """
    recipe = Recipe(model, chunking, threads, keeps, prepare, make_encoder, open_encoder)
    folders = [articles] if isinstance(articles, Path) else articles
    return build(IndexWriter(index, recipe, progress), folders, rebuild=rebuild)


def build(
    writer: IndexWriter,
    folders: Sequence[Path],
    *,
    rebuild: bool = False,
    only: Iterable[Path] | None = None,
    wait_s: float = 0,
) -> BuildReport:
    """Make an index match folders of articles, read with all their subfolders.

    Of one folder, articles are named by their paths within it; of several, the folder's own name
    stands before that.

    Args:
        writer: The index.
        folders: Folders of articles.
        rebuild: Make everything anew even if nothing differs.
        only: Look only at these files and subfolders, which may be gone; None looks at all.
        wait_s: How long to wait for another writer.

    Raises:
        As `build_index`.
    """
    roots = named_roots(folders)
    passed_over: list[tuple[str, str]] = []
    here = _found(roots, passed_over) if only is None else {}
    with writer.changing(rebuild=rebuild, wait_s=wait_s) as intake:
        mirrored = {name for name, file in intake.files.items() if file.kind == FOLDER}
        if only is not None:
            here = _looked_at(roots, only, mirrored, passed_over)
        intake.report.failed += [(_shown(name), reason) for name, reason in passed_over]
        intake.progress.stage("Reading and encoding articles", len(here))
        for name, place in here.items():
            if place is not None:
                _read(intake, name, place)
            intake.progress.advance(1)
        gone = {name for name, place in here.items() if place is None}
        if only is None:
            # What lies in a folder that cannot be looked at stays.
            unseen = tuple(name for name, _ in passed_over)
            gone = {name for name in mirrored - set(here) if not name.startswith(unseen)}
            named = json.dumps([str(root.resolve()) for root in roots.values()])
            intake.store.set_meta({"folders": named})
        for name in sorted(gone & mirrored):
            intake.drop(name)
        if not intake.store.counts().articles and intake.report.failed:
            name, reason = intake.report.failed[0]
            raise NoArticlesError(
                f"none of the {len(intake.report.failed)} files in {_listed(folders)} can be read "
                f"as an article ({name}: {reason}); nothing was changed."
            )
    return intake.report


def named_roots(folders: Sequence[Path]) -> dict[str, Path]:
    """Folders by what stands before the names of their files: nothing, if there is only one.

    Raises:
        UsageError: One is missing, or two have the same name.
    """
    for folder in folders:
        if not folder.is_dir():
            what = "is not a folder" if folder.exists() else "does not exist"
            raise UsageError(f"{str(folder)!r} {what}; name a folder of articles.")
    if len(folders) == 1:
        return {"": folders[0]}
    roots = {f"{folder.resolve().name}/": folder for folder in folders}
    if len(roots) < len(folders):
        raise UsageError("two of the folders have the same name; rename one, or name their parent.")
    return roots


def find_articles(folder: Path, passed_over: list[tuple[str, str]] | None = None) -> list[str]:
    """Relative paths of all files with a known suffix, sorted; hidden ones are passed over.

    Args:
        folder: Folder of articles; linked folders in it are not followed.
        passed_over: Takes the subfolders that cannot be read, ending in "/", with the reason.

    Raises:
        UsageError: The folder is missing.
        NoArticlesError: It holds no such file.
    """
    return sorted(_found(named_roots([folder]), [] if passed_over is None else passed_over))


def is_article(name: str) -> bool:
    """Whether a file of this name, somewhere in a folder of articles, is to be read."""
    return not is_hidden(name) and name.lower().endswith(SUFFIXES)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name, seen from the folder of articles, is passed over."""
    return any(part.startswith(".") for part in name.split("/"))


def _found(roots: Mapping[str, Path], passed_over: list[tuple[str, str]]) -> dict[str, Path | None]:
    """All files that may hold articles, by name, in the order of the names."""
    found = {
        name: place
        for prefix, root in roots.items()
        for name, place in _scanned(root, prefix, "", passed_over)
    }
    if not found:
        raise NoArticlesError(
            f"{_listed(list(roots.values()))} holds no articles (files ending in "
            f"{', '.join(SUFFIXES)}); nothing was changed."
        )
    return {name: found[name] for name in sorted(found)}


def _scanned(
    root: Path, prefix: str, inner: str, passed_over: list[tuple[str, str]]
) -> Iterator[tuple[str, Path]]:
    """Files that may hold articles, below a subfolder that is named from the root."""
    waiting = [inner]
    while waiting:  # no recursion: folders may be nested deeper than Python's stack
        inner = waiting.pop()
        try:
            with os.scandir(root / inner) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if not entry.name.startswith("."):
                            waiting.append(f"{inner}{entry.name}/")
                    elif is_article(entry.name) and entry.is_file():
                        yield prefix + inner + entry.name, root / inner / entry.name
        except OSError as exc:
            passed_over.append((prefix + inner or "./", f"cannot be read: {exc.strerror}"))


def _looked_at(
    roots: Mapping[str, Path],
    only: Iterable[Path],
    mirrored: set[str],
    passed_over: list[tuple[str, str]],
) -> dict[str, Path | None]:
    """Some files, and all in some subfolders, by name; with None for those that are gone."""
    named: dict[str, Path | None] = {}
    for path in only:
        for prefix, root in roots.items():
            if not path.is_relative_to(root):
                continue
            relative = path.relative_to(root)
            inner = relative.as_posix() if relative.parts else ""
            if path.is_file() and is_article(inner):
                named[prefix + inner] = path
                continue
            below = prefix + inner + "/" * bool(inner)
            named |= {name: None for name in mirrored if name.startswith(below)}
            named |= {name: None for name in mirrored & {prefix + inner}}
            if path.is_dir() and not is_hidden(inner):
                named |= _scanned(root, prefix, inner + "/" * bool(inner), passed_over)
    return dict(sorted(named.items()))


def _read(intake: Intake, name: str, place: Path) -> None:
    """Read one file if it is new or changed; a bad one is noted and keeps its old articles."""
    known = intake.files.get(name)
    try:
        if _shown(name) != name:
            raise ArticleError("has a name that is not UTF-8; rename it")
        raw = read_file(place)
        sha256 = hashlib.sha256(raw).hexdigest()
        if known and known.sha256 == sha256 and known.kind == FOLDER:
            intake.keep(name)
            return
        parsed = parse_articles(raw, name)
    except ArticleError as exc:
        intake.fail(_shown(name), str(exc), stays=known is not None)
        return
    intake.take(File(name, FOLDER, sha256), parsed)


def _listed(folders: Sequence[Path]) -> str:
    return ", ".join(repr(str(folder)) for folder in folders)


def _shown(name: str) -> str:
    """A file's name as it can be printed and stored."""
    return name.encode(errors="backslashreplace").decode()
