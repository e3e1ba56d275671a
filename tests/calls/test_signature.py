"""Replays go through the door that the carrier goes through: with another's signature nothing is answered."""

import asyncio
from dataclasses import replace

import pytest

from ivr.core.errors import ReplayError
from ivr.replay.house import PUBLIC_URL, ReplayHouse
from ivr.replay.run import run_case
from ivr.replay.wires import VirtualWire

from .conftest import fixture_case


def test_a_forged_signature_gets_no_call(house: ReplayHouse) -> None:
    forged = VirtualWire(house.assembly.app, "another token", house.clock, PUBLIC_URL)
    with pytest.raises(ReplayError, match="403"):
        asyncio.run(run_case(replace(house, wire=forged), fixture_case("hi/keys_only")))
