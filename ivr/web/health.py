"""Is the process alive, may it take calls, and what has it counted."""

from ipaddress import ip_address, ip_network

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ivr.core.errors import IvrError
from ivr.web.services import AppServices, Check

_NO_STORE = {"Cache-Control": "no-store"}


async def healthz(request: Request) -> Response:
    """200 as long as the event loop turns."""
    return PlainTextResponse("ok\n", headers=_NO_STORE)


async def readyz(request: Request) -> Response:
    """200 when calls can be taken, 503 and what is wrong otherwise. Names settings, never their values."""
    services: AppServices = request.app.state.services
    wrong = dict.fromkeys(services.edge.missing(), "not set")
    for name, check in services.checks.items():
        problem = await _checked(services, check)
        if problem is not None:
            wrong[name] = problem
    return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200, _NO_STORE)


async def metrics(request: Request) -> Response:
    """Prometheus' text format; 403 from a network that may not read it."""
    services: AppServices = request.app.state.services
    if not _allowed(request, services.edge.metrics_from):
        return PlainTextResponse("not from here: see IVR_METRICS_FROM\n", 403, _NO_STORE)
    await _refreshed(services)
    return Response(services.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _refreshed(services: AppServices) -> None:
    """The desk's numbers, if there is a desk; a scrape is answered without them when the database is away or slow."""
    desk = services.metrics.desk
    if desk is None:
        return
    try:
        await services.workroom.run(desk.refresh)
    except IvrError:
        desk.lose()


def _allowed(request: Request, networks: str) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in ip_network(one) for one in filter(None, networks.replace(" ", "").split(",")))


async def _checked(services: AppServices, check: Check) -> str | None:
    try:
        return await services.workroom.run(check)
    except IvrError as error:
        return error.code
