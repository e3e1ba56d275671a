"""How many SMS a text is paid as and may be cut into (3GPP TS 23.038 and 23.040).

GSM 7-bit alphabet: 160 septets in one, 153 in each of several. Anything else is UCS-2: 70 units, 67 in each.
"""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("^{}\\[~]|€")  # two septets each


def segments(text: str) -> int:
    """The number of SMS; 0 for an empty text. A sign is never cut between two."""
    if all(sign in _GSM or sign in _GSM_ESCAPED for sign in text):
        return _parts([2 if sign in _GSM_ESCAPED else 1 for sign in text], single=160, each=153)
    return _parts([2 if ord(sign) > 0xFFFF else 1 for sign in text], single=70, each=67)


def _parts(sizes: list[int], single: int, each: int) -> int:
    if sum(sizes) <= single:
        return 1 if sizes else 0
    count, room = 1, each
    for size in sizes:
        if size > room:
            count, room = count + 1, each
        room -= size
    return count
