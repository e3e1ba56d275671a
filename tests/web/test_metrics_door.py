"""Who may read /metrics: the networks of the setting and nobody else."""

from dataclasses import replace

import httpx
import pytest

from ivr.core.errors import ConfigurationError
from ivr.core.settings import Settings
from ivr.web.app import create_app
from tests.web.fakes import Behind


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        ("127.0.0.1/32,::1/128", "127.0.0.1", 200),
        ("127.0.0.1/32,::1/128", "::1", 200),
        ("127.0.0.1/32, 10.1.0.0/16", "10.1.2.3", 200),
        ("127.0.0.1/32,::1/128", "10.1.2.3", 403),
        ("", "127.0.0.1", 403),
        ("127.0.0.1/32", "no address", 403),
    ],
)
async def test_only_from_the_networks_named(networks: str, address: str, status: int) -> None:
    services = Behind().services()
    app = create_app(replace(services, edge=replace(services.edge, metrics_from=networks)))
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://helpline") as client:
        assert (await client.get("/metrics")).status_code == status


def test_a_network_that_is_none_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_METRICS_FROM", "10.0.0.0/40")
    with pytest.raises(ConfigurationError, match="IVR_METRICS_FROM"):
        Settings.load(None, prepare=False)
