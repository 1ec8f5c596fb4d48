"""How Dateline names itself to web servers."""

from importlib.metadata import PackageNotFoundError, version

from index.errors import UsageError

PRODUCT = "Dateline"


def user_agent(contact: str = "") -> str:
    """How Dateline names itself to servers.

    Raises:
        UsageError: The contact cannot stand in a header.
    """
    if not (contact.isascii() and contact.isprintable()) or set(contact) & set("()"):
        raise UsageError(f"{contact!r} cannot be sent as a contact; give a URL or an address.")
    try:
        agent = f"{PRODUCT}/{version('dateline')}"
    except PackageNotFoundError:
        agent = PRODUCT  # run from a checkout that is not installed
    return f"{agent} (+{contact})" if contact else agent
