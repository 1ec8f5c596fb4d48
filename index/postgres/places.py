"""An index in a database: which generation is live, and who may write."""

from index.location import Address


class IndexDatabase:
    """A database that holds an index, or may come to hold one; see `index.places.Place`."""

    def __init__(self, address: Address) -> None:
        self.address = address
