"""`ivr check`: lints grammars, catalogue, prompts, SMS templates and the speech models' vocabulary."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.understand import load_understander
from ivr.core.data import data_dir
from ivr.core.errors import IvrError, ModelError
from ivr.desk.forgetting import load_days
from ivr.desk.proofs import ProofRules
from ivr.desk.rules.crossing import problems
from ivr.desk.rules.matrix import TicketRules
from ivr.desk.sms_templates import SmsTexts
from ivr.dialogue.script import Script
from ivr.speech.models import ModelRegistry
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.lint import Finding, Severity, lint

_SHOWN_A_KIND = 10


def check(
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a finding.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail as well.")] = False,
    models: Annotated[bool, typer.Option(help="Check that the speech models know every word.")] = True,
    models_dir: Annotated[Path | None, typer.Option(help="Where the models are; the bundled ones otherwise.")] = None,
) -> None:
    """Look for mistakes in grammars/ that a caller would find otherwise. Exit code 1 when there are errors."""
    folder = data_dir("grammars")
    try:
        findings = list(_findings(folder, _find_word(models_dir) if models else None))
    except IvrError as error:
        findings = [Finding(Severity.ERROR, error.code, str(folder), str(error))]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if json_lines:
        for finding in findings:
            line = {"severity": finding.severity, "kind": finding.kind, "place": finding.place, "text": finding.message}
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        _print(findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings", err=True)
    if errors or (strict and findings):
        raise typer.Exit(1)


def _findings(folder: Path, find_word: Callable[[str, str], bool] | None) -> Iterator[Finding]:
    understander = load_understander()
    yield from lint(folder, understander.grammars, understander.catalogue, understander, find_word)
    yield from _sms(folder, understander.grammars.languages)
    yield from _tickets(folder, understander.grammars.languages)
    try:
        Script.load(folder).check(folder)
    except IvrError as error:
        yield Finding(Severity.ERROR, "dialogue", str(folder / "dialogue.yaml"), str(error))


def _tickets(folder: Path, languages: tuple[str, ...]) -> Iterator[Finding]:
    try:
        rules, services = TicketRules.load(folder), Catalogue.load(folder).services
        templates = SmsTexts.load(folder / "sms.yaml").templates.keys()
        departments = {service.department for service in services.values()}
        for problem in problems(rules, templates, languages, services.keys(), departments):
            yield Finding(Severity.ERROR, "tickets", str(folder), problem)
        load_days(folder / "retention.yaml")
        if strange := ProofRules.load(folder / "proof.yaml").centres.keys() - rules.states.keys():
            yield Finding(Severity.ERROR, "tickets", str(folder / "proof.yaml"), f"no district {', '.join(strange)}")
    except IvrError as error:
        yield Finding(Severity.ERROR, "tickets", str(folder), str(error))


def _sms(folder: Path, languages: tuple[str, ...]) -> Iterator[Finding]:
    path = folder / "sms.yaml"
    try:
        for problem in SmsTexts.load(path).problems(languages):
            yield Finding(Severity.ERROR, "sms", str(path), problem)
    except IvrError as error:
        yield Finding(Severity.ERROR, "sms", str(path), str(error))


def _find_word(models_dir: Path | None) -> Callable[[str, str], bool]:
    """Whether a language's model knows a word; a language without a model is taken to know all."""
    registry = ModelRegistry(models_dir)
    known: dict[str, Callable[[str], bool]] = {}

    def find(lang: str, word: str) -> bool:
        if lang not in known:
            try:
                known[lang] = registry.get(lang).find_word
            except ModelError as error:
                typer.echo(f"vocabulary of {lang} not checked: {error}", err=True)
                known[lang] = lambda _: True
        return known[lang](word)

    return find


def _print(findings: list[Finding]) -> None:
    """Errors first, at most ten of a kind."""
    counted: dict[str, int] = {}
    for finding in sorted(findings, key=lambda found: (found.severity is not Severity.ERROR, found.kind)):
        counted[finding.kind] = counted.get(finding.kind, 0) + 1
        if counted[finding.kind] <= _SHOWN_A_KIND:
            typer.echo(f"{finding.severity:7} {finding.kind}: {finding.place}: {finding.message}")
    for kind, number in counted.items():
        if number > _SHOWN_A_KIND:
            typer.echo(f"        {kind}: {number - _SHOWN_A_KIND} more (--json shows all)")
