"""What a camera wrote into a photograph, and the photograph without it. Pure: bytes in, bytes out.

JPEG: the Exif block of CIPA DC-008 (time of the picture, its offset, latitude, longitude, which way is up). PNG: the
same block in its own chunk. What is kept of a picture tells only which way is up: neither where and when it was made,
nor with what. Anything broken is no fact, never an error. Pixels are not decoded, so no image library is needed.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ivr.core.clock import INDIA

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_EXIF = b"Exif\0\0"
_ORIENTATION, _EXIF_IFD, _GPS_IFD, _TIME, _OFFSET = 0x0112, 0x8769, 0x8825, 0x9003, 0x9011
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_KEPT_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD"}
)
_MOST_ENTRIES = 200

Entries = dict[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Facts:
    """`at`: when it was taken; `place`: (latitude, longitude) in degrees. None where the camera did not say."""

    at: datetime | None = None
    place: tuple[float, float] | None = None


def facts(picture: bytes) -> Facts:
    """What the camera says. A time without an offset is India's."""
    block = _exif(picture)
    order, entries = _first(block)
    return Facts(_time(_sub(block, order, entries, _EXIF_IFD)), _place(order, _sub(block, order, entries, _GPS_IFD)))


def stripped(picture: bytes) -> bytes:
    """The picture without what the camera and others wrote into it, but for which way is up."""
    order, entries = _first(_exif(picture))
    turned = _number(order, entries.get(_ORIENTATION)) or 1
    if picture.startswith(PNG):
        return _bare_png(picture)
    return _bare_jpeg(picture, turned if 1 <= turned <= 8 else 1)


def _segments(picture: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of a JPEG's segments up to the picture itself, which is the last."""
    at = 2
    while at + 4 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xDA:
            yield marker, at, len(picture)
            return
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        yield marker, at, min(end, len(picture))
        at = end


def _chunks(picture: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(PNG)
    while at + 12 <= len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4], "big")
        yield picture[at + 4 : at + 8], at, min(end, len(picture))
        at = end


def _exif(picture: bytes) -> bytes:
    """The TIFF block, b"" where there is none."""
    if picture.startswith(PNG):
        return next((picture[start + 8 : end - 4] for kind, start, end in _chunks(picture) if kind == b"eXIf"), b"")
    for marker, start, end in _segments(picture):
        if marker == 0xE1 and picture[start + 4 : start + 10] == _EXIF:
            return picture[start + 10 : end]
    return b""


def _bare_jpeg(picture: bytes, turned: int) -> bytes:
    """Everything behind the end of the picture goes too: telephones hang films and depths there."""
    kept = [JPEG]
    if turned != 1:
        block = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", _ORIENTATION, 3, 1, turned, 0) + b"\0\0\0\0"
        kept.append(b"\xff\xe1" + struct.pack(">H", 2 + len(_EXIF) + len(block)) + _EXIF + block)
    for marker, start, end in _segments(picture):
        if marker == 0xDA:
            last = _picture_end(picture, start)
            kept.append(picture[start:last])
        elif _shows(marker, picture[start + 4 : end]):
            kept.append(picture[start:end])
    return b"".join(kept)


def _shows(marker: int, content: bytes) -> bool:
    """Whether a segment is needed to show the picture: none of an application or a comment, but for colours."""
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _picture_end(picture: bytes, start: int) -> int:
    end = picture.find(b"\xff\xd9", start)
    return end + 2 if end >= 0 else len(picture)


def _bare_png(picture: bytes) -> bytes:
    kept = [PNG]
    for kind, start, end in _chunks(picture):
        if kind in _KEPT_CHUNKS:
            kept.append(picture[start:end])
        if kind == b"IEND":
            break
    return b"".join(kept)


def _first(block: bytes) -> tuple[str, Entries]:
    """Byte order and first directory of a TIFF block."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4], "")
    if not order or len(block) < 8:
        return ">", {}
    return order, _directory(block, order, struct.unpack(order + "I", block[4:8])[0])


def _directory(block: bytes, order: str, at: int) -> Entries:
    """Tag -> (type, value bytes)."""
    found: Entries = {}
    if at + 2 > len(block):
        return found
    count = min(struct.unpack_from(order + "H", block, at)[0], _MOST_ENTRIES)
    for number in range(count):
        entry = at + 2 + 12 * number
        if entry + 12 > len(block):
            break
        tag, kind, length = struct.unpack_from(order + "HHI", block, entry)
        size = _SIZES.get(kind, 1) * length
        start = entry + 8 if size <= 4 else struct.unpack_from(order + "I", block, entry + 8)[0]
        if start + size <= len(block):
            found[tag] = kind, block[start : start + size]
    return found


def _sub(block: bytes, order: str, entries: Entries, tag: int) -> Entries:
    at = _number(order, entries.get(tag))
    return _directory(block, order, at) if at is not None else {}


def _number(order: str, value: tuple[int, bytes] | None) -> int | None:
    if value is None or value[0] not in (3, 4):
        return None
    size = _SIZES[value[0]]
    return int.from_bytes(value[1][:size], "little" if order == "<" else "big") if len(value[1]) >= size else None


def _time(entries: Entries) -> datetime | None:
    text, offset = (entries.get(tag, (2, b""))[1].decode("ascii", "replace").strip("\0 ") for tag in (_TIME, _OFFSET))
    try:
        zone = datetime.strptime(offset, "%z").tzinfo if offset else INDIA
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone or INDIA)
    except ValueError:
        return None


def _place(order: str, entries: Entries) -> tuple[float, float] | None:
    latitude, longitude = _degrees(order, entries, 1, b"S"), _degrees(order, entries, 3, b"W")
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None  # a camera that has not found itself yet writes zeros
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _degrees(order: str, entries: Entries, tag: int, negative: bytes) -> float | None:
    side, value = entries.get(tag), entries.get(tag + 1)
    if side is None or value is None or value[0] != 5 or len(value[1]) < 24:
        return None
    parts = struct.unpack(order + "6I", value[1][:24])
    if not all(parts[1::2]):
        return None
    degrees: float = sum(parts[2 * at] / parts[2 * at + 1] / 60**at for at in range(3))
    return -degrees if side[1][:1].upper() == negative else degrees
