"""bot → retrieval → index, never upward; within a package, only what comes earlier."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ["index", "retrieval", "bot"]
# The order in which a newcomer reads a package: each module needs only those before it.
READING_ORDER = {
    "index": """errors location sql articles metadata formats web stories sentences chunking
    encoders export exported snapshot vectors postings words database history filters store
    changes embedded accelerators searching intake remembering generations folder standing
    asof asof_stories postgres places golden library copying writer builder adding expiring
    watching checks""".split(),
    "index.postgres": """statements refusals engine database schema catalog models months fulltext
    store frequencies searching jobs generations places working""".split(),
    "index.stories": "wording fingerprints groups revisions grouping".split(),
    "index.formats": """properties languages decoding drafts texts markup pages lines layout pdfs
    archives documents books headers mail containers files""".split(),
    "index.web": """addresses connections bodies exchange pacing identity robots fetched fetching
    trees feed_entries feeds sitemaps kinds page_heads collected documents listings
    collecting""".split(),
    "index.checks": "checked truth chunks derived served checking".split(),
    "bot.state": """schema database message_ids inbox outbox claims shared opening people citations
    conversations watches figures rebuilds""".split(),
    "bot.messenger": """plan services display delivery reception operating chats reading editing
    handlers wiring app""".split(),
    "bot.messenger.display": """language buttons borders links markup quoting standing
    passages cards pages""".split(),
    "bot.messenger.delivery": """limits patience refusals ownership electing calling probing
    outcomes sending lanes crowding turns dispatcher""".split(),
    "bot.messenger.reception": "health listening polling webhook".split(),
    "bot.messenger.operating": "logs metrics serving".split(),
    "bot.messenger.reading": """declining access membership answering asking inline pressing
    bounding forgetting commands comparing rechecking telling ends watched
    cited noticing""".split(),
    "bot.messenger.editing": """editorial desk reports bulletins progress newsroom editorship
    bringing withdrawing editing""".split(),
    "retrieval.times": "periods wordings named expressions asked events days".split(),
    "retrieval.values": """figures measures phrases quantities days sameness kinds
    scopes""".split(),
    "retrieval.dialogue": """wording timing leaning mentions topic inserting sentences names
    rewriting probing resolving""".split(),
    "retrieval.proof": "failures shapes citations answers originals".split(),
    "retrieval.tracing": "places traces ways tracing".split(),
    "retrieval": """answer questions spans quotes times values search reader confidence candidates
    reading dialogue judging variants happening citing overview answerer live golden labelled
    calibration evaluation proof tracing reader_export training""".split(),
}


def imported_modules(file: Path) -> set[str]:
    """Dotted names of all modules of ours that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: import by full name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in LAYERS}


@pytest.mark.parametrize("package", LAYERS)
def test_no_module_imports_a_higher_layer(package: str) -> None:
    """Lower layers do not know who uses them."""
    allowed = LAYERS[: LAYERS.index(package) + 1]
    for file in (ROOT / package).rglob("*.py"):
        for name in imported_modules(file):
            assert name.split(".")[0] in allowed, f"{file.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("package", READING_ORDER)
def test_modules_import_only_what_is_read_before_them(package: str) -> None:
    """A package can be read from its first module to its last."""
    order, folder = READING_ORDER[package], ROOT / package.replace(".", "/")
    for file in folder.rglob("*.py"):
        module = file.relative_to(folder).parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        assert module in order, f"put {package}.{module} into READING_ORDER of {__file__}"
        for name in imported_modules(file):
            inner, *_ = name.removeprefix(f"{package}.").split(".")
            if name.startswith(f"{package}.") and inner in {*order, "__init__"} - {module}:
                earlier = order[: order.index(module)]
                assert inner in earlier, f"{package}.{module} imports {name}, which comes later"
