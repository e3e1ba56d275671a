"""A JUnit XML report of replayed cases, for CI systems that draw them."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from ivr.replay.run import Outcome


def write_junit(path: Path, outcomes: Iterable[tuple[Outcome, str | None]]) -> None:
    """`outcomes` with why each is not as it must be, None where it is."""
    suite = ElementTree.Element("testsuite", name="ivr replay")
    failures = 0
    seconds = 0.0
    count = 0
    for outcome, why in outcomes:
        place, _, name = outcome.case.name.partition("/")
        case = ElementTree.SubElement(suite, "testcase", classname=place, name=name, time=f"{outcome.wall_s:.3f}")
        if why is not None:
            ElementTree.SubElement(case, "failure", message=why.splitlines()[0] if why else "").text = why
        elif outcome.case.known_failure:
            ElementTree.SubElement(case, "skipped", message=f"known failure: {outcome.case.known_failure}")
        ElementTree.SubElement(case, "system-out").text = outcome.transcript
        failures, seconds, count = failures + (why is not None), seconds + outcome.wall_s, count + 1
    suite.attrib |= {"tests": str(count), "failures": str(failures), "time": f"{seconds:.3f}"}
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
