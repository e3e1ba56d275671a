"""The ASGI application: routes and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from ivr.desk.build import CALLBACK_PATH, CALLBACK_STATUS_PATH
from ivr.web import health, pages, webhooks
from ivr.web.answers import AFTER_STREAM, DIALLED, GATHER, MEDIA, RECORDED, RECORDING, WHISPER, Answers
from ivr.web.audio import PromptSeal, prompt_file
from ivr.web.guessing import Guessing
from ivr.web.media import media
from ivr.web.services import AppServices
from ivr.web.webhooks import Handler, webhook

_WEBHOOKS: dict[str, Handler] = {
    "/twilio/voice": webhooks.voice,
    AFTER_STREAM: webhooks.after_stream,
    GATHER: webhooks.gather,
    RECORDED: webhooks.recorded,
    RECORDING: webhooks.recording,
    DIALLED: webhooks.dialled,
    WHISPER: webhooks.whisper,
    CALLBACK_PATH: webhooks.callback,
    CALLBACK_STATUS_PATH: webhooks.callback_status,
    "/twilio/status": webhooks.status,
    "/twilio/sms": webhooks.sms,
}


def create_app(services: AppServices) -> Starlette:
    """The application over `services`. DataError where the words of a page are missing."""
    app = Starlette(routes=[*_routes(), *_console(services)], lifespan=_lifespan)
    seal = PromptSeal(services.edge.secret_key)
    app.state.services = services
    app.state.seal = seal
    app.state.answers = Answers(services.edge, seal)
    app.state.guessing = Guessing()
    app.state.pages = pages.Pages(services.grammars, services.edge.languages)
    return app


def _routes() -> list[BaseRoute]:
    return [
        *(Route(path, webhook(path, handler), methods=["POST"]) for path, handler in _WEBHOOKS.items()),
        WebSocketRoute(MEDIA, media),
        Route("/audio/{name}.wav", prompt_file, methods=["GET"]),
        Route("/s/{code}", pages.link, methods=["GET"]),
        Route("/verify/{code}", pages.verify, methods=["GET"]),
        Route("/healthz", health.healthz, methods=["GET"]),
        Route("/readyz", health.readyz, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
    ]


def _console(services: AppServices) -> list[BaseRoute]:
    return [Mount("/console", services.console)] if services.console is not None else []


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: AppServices = app.state.services
    if services.lifespan is None:
        yield
        return
    async with services.lifespan():
        yield
