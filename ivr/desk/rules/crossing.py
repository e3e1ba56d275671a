"""What the rules of complaints name elsewhere must be there: SMS templates, languages, services. Pure."""

from collections.abc import Collection, Iterator

from ivr.desk.rules.matrix import TicketRules


def problems(
    rules: TicketRules,
    templates: Collection[tuple[str, str]],
    languages: Collection[str],
    services: Collection[str],
    departments: Collection[str],
) -> Iterator[str]:
    """What `ivr check` finds wrong. `templates` as (id, language)."""
    yield from _tells(rules, {name for name, _ in templates})
    yield from _words(rules, set(languages))
    for name in sorted(rules.matrix.urgent_services - set(services)):
        yield f"escalation.yaml: urgent service {name} is not in the catalogue"
    for name in sorted(rules.matrix.urgent_departments - set(departments)):
        yield f"escalation.yaml: urgent department {name} is not in the catalogue"


def _tells(rules: TicketRules, known: set[str]) -> Iterator[str]:
    events = {"opened", *rules.table.acts, *rules.table.about}
    for event, tellings in rules.matrix.tells.items():
        if event not in events:
            yield f"escalation.yaml: tells names {event}, which is neither an act nor a state"
        for telling in tellings:
            if telling.sms not in known:
                yield f"escalation.yaml: tells {event} by {telling.sms}, which sms.yaml does not have"


def _words(rules: TicketRules, languages: set[str]) -> Iterator[str]:
    for one in (*rules.table.answers.values(), *rules.table.questions.values()):
        if lacking := languages - one.text.keys():
            yield f"tickets.yaml: {one.id} lacks {', '.join(sorted(lacking))}"
    for level in rules.matrix.levels:
        if lacking := languages - level.spoken.keys():
            yield f"escalation.yaml: level {level.id} lacks {', '.join(sorted(lacking))}"
