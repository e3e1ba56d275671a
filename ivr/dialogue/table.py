"""The whole conversation in two tables: what to do on entering a place, and what an answer there leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.dialogue import (
    alert,
    checks,
    closing,
    confirm,
    consent,
    details,
    extras,
    known,
    opening,
    outcome,
    relief,
    request,
    status,
)
from ivr.dialogue.session import At
from ivr.dialogue.turn import Turn

Enter = Callable[[Turn], At | None]


def _to_service(turn: Turn) -> At:
    turn.want(service=None, candidates=(), confirmed=False, offered=None)
    return At.SERVICE


def _to_language(turn: Turn) -> At:
    return At.LANGUAGE


@dataclass(frozen=True, slots=True)
class Wait:
    """What leads on from a question: speech, the keys 1 to 8 and `#`, and `9` (back). None: the step has ended."""

    heard: Enter
    pressed: Callable[[Turn, str], At | None]
    back: Enter = _to_service


ENTER: Mapping[At, Callable[[Turn], At | None]] = {
    At.LANGUAGE: opening.ask_language,
    At.GO_ON: known.ask_go_on,
    At.LAST_FOUR: known.ask_last_four,
    At.SERVICE: request.ask_service,
    At.MENU: request.ask_menu,
    At.CONFIRM: request.ask_confirm,
    At.CHOICE: request.ask_choice,
    At.FORM: details.fill,
    At.PLACE: details.ask_place,
    At.PLACE_MENU: details.ask_place_menu,
    At.PLACE_CONFIRM: details.confirm_place,
    At.DETAILS: details.ask_details,
    At.ACT: outcome.act,
    At.TICKET_NUMBER: status.ask_number,
    At.RATING: extras.ask_rating,
    At.MORE: closing.ask_more,
    At.QUEUE: closing.waits_on,
    At.SOLVED: confirm.ask_solved,
    At.STILL: confirm.ask_still,
    At.UNSAID: confirm.unsaid,
    At.REFUSED: confirm.refused,
    At.AREA: relief.ask_area,
    At.BLOOD: relief.ask_blood,
    At.GIVES: relief.ask_gives,
    At.OFFER: relief.ask_offer,
    At.DELIVERY: relief.ask_delivery,
    At.RECEIVED: relief.ask_received,
    At.ALERT: alert.ask_alert,
    At.CERTIFICATE: checks.ask_certificate,
    At.RUMOUR: checks.ask_rumour,
    At.RUMOUR_CONFIRM: checks.confirm_rumour,
    At.EMERGENCY: closing.emergency,
    At.NO_DANGER: closing.ask_no_danger,
    At.OPERATOR: closing.to_operator,
    At.VOICEMAIL: consent.voicemail,
    At.MESSAGE_OK: consent.ask_message,
    At.CALLBACK: extras.ask_callback,
    At.GOODBYE: closing.goodbye,
    At.OVER: closing.hang_up,
}

WAITS: Mapping[At, Wait] = {
    At.LANGUAGE: Wait(opening.heard_language, opening.pressed_language, back=_to_language),
    At.GO_ON: Wait(known.heard_go_on, known.pressed_go_on, back=known.afresh),
    At.LAST_FOUR: Wait(known.heard_last_four, known.four_given),
    At.SERVICE: Wait(request.heard_service, request.pressed_menu, back=_to_language),
    At.MENU: Wait(request.heard_service, request.pressed_menu, back=request.menu_back),
    At.CONFIRM: Wait(request.heard_confirm, request.pressed_yes_no),
    At.CHOICE: Wait(request.heard_choice, request.pressed_choice),
    At.PLACE: Wait(details.heard_place, details.pressed_place),
    At.PLACE_MENU: Wait(details.heard_place, details.pressed_place_menu, back=details.place_menu_back),
    At.PLACE_CONFIRM: Wait(details.heard_place_confirm, details.pressed_place_confirm),
    At.DETAILS: Wait(details.heard_details, details.pressed_details),
    At.TICKET_NUMBER: Wait(status.heard_number, status.number_given),
    At.RATING: Wait(extras.heard_rating, extras.rated),
    At.MORE: Wait(closing.heard_more, closing.pressed_more),
    At.SOLVED: Wait(confirm.heard_solved, confirm.pressed_solved),
    At.STILL: Wait(confirm.heard_still, confirm.pressed_still, back=confirm.ask_solved),
    At.QUEUE: Wait(closing.waits_on, closing.pressed_queue),
    At.MESSAGE_OK: Wait(consent.heard_message_ok, consent.pressed_message_ok),
    At.AREA: Wait(relief.heard_area, relief.pressed_area),
    At.BLOOD: Wait(relief.heard_blood, relief.pressed_blood),
    At.GIVES: Wait(relief.heard_gives, relief.pressed_gives),
    At.OFFER: Wait(relief.heard_offer, relief.pressed_offer),
    At.DELIVERY: Wait(relief.heard_delivery, relief.pressed_delivery),
    At.RECEIVED: Wait(relief.heard_received, relief.pressed_received),
    At.ALERT: Wait(alert.heard, alert.pressed, back=alert.again),
    At.CERTIFICATE: Wait(checks.heard_certificate, checks.certificate_given),
    At.RUMOUR: Wait(checks.heard_rumour, checks.pressed_rumour),
    At.RUMOUR_CONFIRM: Wait(checks.heard_rumour_confirm, checks.pressed_rumour_confirm),
    At.NO_DANGER: Wait(closing.heard_no_danger, closing.pressed_no_danger),
}
