"""`ivr certificates`: signed records with QR pictures. Only the command line."""

import csv
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import segno
import typer

from ivr.cli.house import Opened, opened, print_json
from ivr.core.certificate_codes import grouped
from ivr.core.clock import SystemClock, india_today
from ivr.core.data import data_dir
from ivr.core.errors import CertificateError
from ivr.desk.build import open_certificates
from ivr.desk.certificates import Certificates, NewCertificate
from ivr.store.certificates import CertificateRow
from ivr.understanding.catalogue import Catalogue

app = typer.Typer(help="Certificates that anybody can check by number, code or QR picture.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_COLUMNS = ("kind", "holder", "district")
_SCALE = 6  # of a QR picture's dots


def _office(house: Opened) -> Certificates:
    return open_certificates(house.settings, house.db, Catalogue.load(data_dir("grammars")))


@app.command()
def issue(
    kind: Annotated[str, typer.Option(help="A certificate of the catalogue, e.g. income_certificate.")] = "",
    holder: Annotated[str, typer.Option(help="The name as printed.")] = "",
    district: Annotated[str, typer.Option(help="The district's English name.")] = "",
    on: Annotated[str, typer.Option(help="Day of issue, 2026-11-22; today otherwise.")] = "",
    until: Annotated[str, typer.Option(help="Last day of validity; none: for ever.")] = "",
    many: Annotated[Path | None, typer.Option("--list", help="A CSV file: kind,holder,district,on,until.")] = None,
    qr: Annotated[Path | None, typer.Option(help="Folder for the QR pictures, NUMBER.svg each.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue certificates: one by options, or many by a list (issued once, however often the list is given)."""
    rows = _read(many) if many else [{"kind": kind, "holder": holder, "district": district, "on": on, "until": until}]
    now = SystemClock().now()
    today = india_today(now).isoformat()
    with opened() as house:
        office = _office(house)
        for number, row in enumerate(rows):
            key = f"list:{many.resolve()}:{number}:{sorted(row.items())}"[-128:] if many else uuid4().hex
            new = NewCertificate(
                key=key,
                kind=row["kind"],
                holder=row["holder"],
                district=row["district"],
                issued_on=row.get("on") or today,
                issued_by="command line",
                valid_until=row.get("until") or None,
            )
            made = office.issue(new, now)
            if qr is not None:
                _picture(office.url(made), qr / f"{made.number}.svg")
            _show(office, made, as_json)


@app.command()
def revoke(number: str, reason: Annotated[str, typer.Option(help="Why; kept with the record.")]) -> None:
    """Revoke a certificate. NUMBER may be its number or its code."""
    with opened() as house:
        row = _office(house).revoke(number, reason, SystemClock().now())
    typer.echo(f"{row.number} is revoked since {row.revoked_on}.", err=True)


@app.command("list")
def list_certificates(
    district: Annotated[str | None, typer.Option(help="Only of this district.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The last certificates, newest first; initials instead of names."""
    with opened() as house:
        office = _office(house)
        found = office.listed(district, limit)
        for one in found:
            _show(office, one, as_json)
    if not found:
        typer.echo("No certificates.", err=True)


@app.command()
def verify(code: str, as_json: AsJson = False) -> None:
    """Check a number or a code as anybody can. Exit code 1 unless the certificate is valid."""
    with opened() as house:
        told = _office(house).verify(code, "desk", SystemClock().now())
    if as_json:
        print_json({name: getattr(told, name) for name in type(told).__dataclass_fields__})
    else:
        facts = [told.kind, told.initials, told.issued_on, told.revoked_on and f"revoked {told.revoked_on}"]
        typer.echo("  ".join([told.result, *filter(None, facts)]))
    if told.result != "valid":
        raise typer.Exit(1)


@app.command()
def key() -> None:
    """The public key (Ed25519, hex) with which anybody can check a record's signature."""
    with opened() as house:
        typer.echo(_office(house).public_key)


def _show(office: Certificates, row: CertificateRow, as_json: bool) -> None:
    if as_json:
        names = ("number", "code", "kind", "initials", "district", "issued_on", "valid_until", "revoked_on", "record")
        shown = {name: getattr(row, name) for name in names}
        print_json({**shown, "signature": row.signature.hex(), "url": office.url(row)})
        return
    ends = f"revoked {row.revoked_on}" if row.revoked_on else f"until {row.valid_until or 'for ever'}"
    typer.echo(f"{row.number}  {grouped(row.code)}  {row.kind}  {row.initials}  {row.issued_on}  {ends}")


def _picture(url: str, file: Path) -> None:
    """Error correction Q: a quarter of the picture may be worn off."""
    file.parent.mkdir(parents=True, exist_ok=True)
    segno.make(url, error="q", micro=False).save(str(file), scale=_SCALE)


def _read(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if lacking := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
                raise CertificateError(f"{file}: the first line must name the columns {', '.join(lacking)}")
            return [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise CertificateError(f"{file} cannot be read: {error}") from error
