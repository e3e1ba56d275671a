"""Photographs as a telephone writes them, made here."""

import struct
import zlib

from ivr.desk.photographs import PNG

TAKEN = b"2026:11:23 10:20:30\0"
SCAN = b"\xff\xda\0\x04ab\x12\xff\0\x34\xff\xd9"
QUANTISED = b"\xff\xdb\0\x05qqq"
JFIF = b"\xff\xe0\0\x07JFIF\0"
COMMENT = b"\xff\xfe\0\x06here"
Entry = tuple[int, int, int, bytes]


def directory(order: str, at: int, entries: list[Entry]) -> bytes:
    """A directory that lies at `at`, its long values behind it."""
    size = 2 + 12 * len(entries) + 4
    head, tail = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, value in entries:
        short = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", at + size + len(tail))
        tail += value if len(value) > 4 else b""
        head += struct.pack(order + "HHI", tag, kind, count) + short
    return head + b"\0\0\0\0" + tail


def rationals(order: str, *values: tuple[int, int]) -> bytes:
    return b"".join(struct.pack(order + "II", *value) for value in values)


def tiff(order: str = ">", sides: bytes = b"NE", offset: bytes = b"", turned: int = 6) -> bytes:
    """A block as a telephone writes it: turned, taken at TAKEN, at 26 deg 55' 48", 81 deg 11.4'."""
    place: list[Entry] = [
        (1, 2, 2, sides[:1] + b"\0"),
        (2, 5, 3, rationals(order, (26, 1), (55, 1), (48, 1))),
        (3, 2, 2, sides[1:] + b"\0"),
        (4, 5, 3, rationals(order, (81, 1), (114, 10), (0, 1))),
    ]
    time: list[Entry] = [(0x9003, 2, len(TAKEN), TAKEN)]
    time += [(0x9011, 2, len(offset), offset)] if offset else []
    first = 8 + 2 + 12 * 3 + 4
    taken = directory(order, first, time)
    number = struct.Struct(order + "I").pack
    entries: list[Entry] = [
        (0x0112, 3, 1, struct.pack(order + "H", turned)),
        (0x8769, 4, 1, number(first)),
        (0x8825, 4, 1, number(first + len(taken))),
    ]
    head = (b"II*\0" if order == "<" else b"MM\0*") + number(8)
    return head + directory(order, 8, entries) + taken + directory(order, first + len(taken), place)


def jpeg(block: bytes, behind: bytes = b"") -> bytes:
    exif = b"Exif\0\0" + block
    return (
        b"\xff\xd8" + JFIF + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + COMMENT + QUANTISED + SCAN + behind
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(block: bytes) -> bytes:
    bare = chunk(b"IHDR", bytes(13)), chunk(b"eXIf", block), chunk(b"tEXt", b"where\0here"), chunk(b"IDAT", b"pixels")
    return PNG + b"".join(bare) + chunk(b"IEND", b"")
