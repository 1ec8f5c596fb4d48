"""The month of an article, which is its partition, and the ids of chunks that tell it.

A chunk's id is its number in the order of insertion, and in its last bits its month: so ids rise
as chunks come, and who knows an id knows the partition.
"""

MONTH_BITS = 17  # enough for the year 9999
UNDATED = ""


def month_of(published: str | None) -> str:
    """YYYY-MM of a date (ISO 8601); empty where there is none."""
    return published[:7] if published else UNDATED


def chunk_id(number: int, month: str) -> int:
    """The id of a chunk.

    Args:
        number: In the order of insertion, from 1.
        month: Of its article.
    """
    return number << MONTH_BITS | (0 if month == UNDATED else 12 * int(month[:4]) + int(month[5:]))


def month_of_chunk(chunk_id: int) -> str:
    """The month that a chunk's id tells."""
    months = chunk_id & (1 << MONTH_BITS) - 1
    if not months:
        return UNDATED
    year, month = divmod(months - 1, 12)
    return f"{year:04d}-{month + 1:02d}"
