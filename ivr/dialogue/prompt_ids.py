"""Every prompt that the dialogue can ask for. Their words stand in grammars/<lang>/prompts.yaml, none here.

Not listed: `group_<id>` (one for each group of grammars/menu.yaml) and `ticket_<state>` (one for each state of a
ticket), which `script` finds in the data, and prompts that other rooms play.
"""

from enum import StrEnum


class P(StrEnum):
    GREETING = "greeting"
    GREETING_KNOWN = "greeting_known"
    RESUMED = "resumed"
    KEYS_ONLY = "keys_only"
    APOLOGY = "apology"  # said by ivr.web where a call cannot go on

    ASK_LANGUAGE = "ask_language"
    LANGUAGE_NO_INPUT = "language_no_input"
    LANGUAGE_NO_MATCH = "language_no_match"
    LANGUAGE_KEY = "language_key"
    LANGUAGE_CHANGED = "language_changed"

    ASK_SERVICE = "ask_service"
    ASK_SERVICE_AGAIN = "ask_service_again"
    SERVICE_NO_INPUT = "service_no_input"
    SERVICE_NO_MATCH = "service_no_match"
    SERVICE_HELP = "service_help"
    TOPIC = "topic"

    MENU = "menu"
    MENU_KEY = "menu_key"
    MENU_MORE = "menu_more"
    MENU_NO_INPUT = "menu_no_input"
    MENU_NO_MATCH = "menu_no_match"
    MENU_HELP = "menu_help"

    CONFIRM_SERVICE = "confirm_service"
    CONFIRM_REQUEST = "confirm_request"
    CHOICE = "choice"
    CHOICE_KEYS = "choice_keys"
    CHOICE_NO_INPUT = "choice_no_input"
    CHOICE_NO_MATCH = "choice_no_match"
    YES_NO_KEYS = "yes_no_keys"
    YES_NO_NO_INPUT = "yes_no_no_input"
    YES_NO_NO_MATCH = "yes_no_no_match"

    ASK_PLACE = "ask_place"
    PLACE_NO_INPUT = "place_no_input"
    PLACE_NO_MATCH = "place_no_match"
    PLACE_HELP = "place_help"
    PLACE_MENU = "place_menu"
    PLACE_KEY = "place_key"
    PLACE_RANGE_KEY = "place_range_key"
    PLACE_SKIP = "place_skip"
    CONFIRM_PLACE = "confirm_place"

    ASK_DETAILS = "ask_details"
    DETAILS_NO_INPUT = "details_no_input"
    DETAILS_KEYS = "details_keys"

    TICKET_OPENED = "ticket_opened"
    RELIEF_OPENED = "relief_opened"
    TICKET_NUMBER = "ticket_number"
    TICKET_DUE = "ticket_due"
    TICKET_SMS = "ticket_sms"
    TICKET_NO_SMS = "ticket_no_sms"
    SAY = "say"
    SMS_COMING = "sms_coming"
    SMS_IMPOSSIBLE = "sms_impossible"
    SMS_AGAIN = "sms_again"
    SMS_NONE = "sms_none"

    STATUS_TICKET = "status_ticket"
    STATUS_DUE = "status_due"
    STATUS_NONE = "status_none"
    STATUS_NOT_FOUND = "status_not_found"
    ASK_TICKET_NUMBER = "ask_ticket_number"
    TICKET_NUMBER_NO_INPUT = "ticket_number_no_input"
    TICKET_NUMBER_NO_MATCH = "ticket_number_no_match"
    TICKET_NUMBER_HELP = "ticket_number_help"

    ASK_RATING = "ask_rating"
    RATING_NO_INPUT = "rating_no_input"
    RATING_NO_MATCH = "rating_no_match"
    RATING_THANKS = "rating_thanks"

    ANYTHING_ELSE = "anything_else"
    MORE_NO_MATCH = "more_no_match"
    GOODBYE = "goodbye"
    SILENT_GOODBYE = "silent_goodbye"
    TIME_OVER = "time_over"
    HOLD = "hold"

    TRANSFER = "transfer"
    TRANSFER_FAILED = "transfer_failed"
    VOICEMAIL = "voicemail"
    VOICEMAIL_THANKS = "voicemail_thanks"
    VOICEMAIL_EMPTY = "voicemail_empty"
    CALLBACK_NOTED = "callback_noted"
    STOP_CALLS_NOTED = "stop_calls_noted"
    TROUBLE = "trouble"
    TROUBLE_GOODBYE = "trouble_goodbye"

    EMERGENCY = "emergency"
    EMERGENCY_AGAIN = "emergency_again"
    EMERGENCY_CONNECT = "emergency_connect"
