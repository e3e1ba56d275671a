"""The pieces of Kaldi's binary files: tokens, numbers, vectors, matrices. Integers and floats carry a length byte;
lengths inside integer vectors do not.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def token(text: str) -> bytes:
    return text.encode() + b" "


def integer(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def real(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def double(value: float) -> bytes:
    return b"\x08" + struct.pack("<d", value)


def integers(values: Sequence[int]) -> bytes:
    return b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()


def vector(values: ArrayLike) -> bytes:
    found = np.asarray(values, "<f4")
    return token("FV") + integer(len(found)) + found.tobytes()


def matrix(values: NDArray[np.float64]) -> bytes:
    rows, columns = values.shape
    return token("FM") + integer(rows) + integer(columns) + np.ascontiguousarray(values, "<f4").tobytes()
