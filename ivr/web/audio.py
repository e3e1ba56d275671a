"""Prompts as files for the keypad leg: the carrier fetches what <Play> names.

The name of a file *is* the prompt, sealed (AES-GCM): no table of names to keep, every process can answer, nobody can
guess the prompt that speaks someone's ticket number, and no log of addresses shows it.
"""

import base64
import binascii
import io
import json
import secrets
import wave
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ivr.core.errors import IvrError, SignatureError
from ivr.dialogue.commands import Play
from ivr.speech.audio import mulaw_decode
from ivr.web.services import AppServices, Prompts

NAME_MAX_CHARS = 2048
RATE_HZ = 8000
_NONCE_BYTES = 12


class PromptSeal:
    """Names for prompts and back. `secret` is the installation's secret key."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=b"janvaani prompt names 1").derive(secret)
        self._cipher = AESGCM(key)

    def name(self, play: Play) -> str:
        """A url-safe name of `play`, different each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps([play.prompt, play.lang, dict(play.values)], ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, None)).decode().rstrip("=")

    def open(self, name: str) -> Play:
        """The prompt of `name`. Raises SignatureError for a name that was not made here."""
        try:
            if len(name) > NAME_MAX_CHARS:
                raise ValueError("too long")
            sealed = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (ValueError, binascii.Error, InvalidTag) as error:
            raise SignatureError("no such prompt", code="prompt_name") from error
        prompt, lang, values = json.loads(plain)
        return Play(prompt, lang, {key: _pair(value) for key, value in values.items()})


def wav(mulaw: bytes) -> bytes:
    """A WAV file, 16 bit linear, 8 kHz mono: the one kind that every carrier plays."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(mulaw_decode(mulaw).astype("<i2").tobytes())
    return out.getvalue()


async def prompt_file(request: Request) -> Response:
    """GET /audio/{name}.wav"""
    services: AppServices = request.app.state.services
    seal: PromptSeal = request.app.state.seal
    try:
        play = seal.open(request.path_params["name"])
        body = await services.workroom.run(_spoken, services.prompts, play)
    except SignatureError:
        return PlainTextResponse("not found\n", 404)
    except IvrError as error:
        return PlainTextResponse(f"{error.code}\n", 503 if error.retryable else 500)
    return Response(body, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


def _spoken(prompts: Prompts, play: Play) -> bytes:
    return wav(prompts.render(play).mulaw)


def _pair(value: Any) -> tuple[str, str]:
    kind, text = value
    return str(kind), str(text)
