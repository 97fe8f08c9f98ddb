"""flask accounts …"""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from portal.accounts.entering import hooks
from portal.accounts.erasing.services import SeveralPeople, erase, person_named
from portal.accounts.logins import UnreadableEmail, UnreadableLogin, read_email, read_login
from portal.accounts.passwords import LONGEST, SHORTEST, hash_password
from portal.accounts.services import (
    AccountExists,
    CreateAccount,
    UnknownPerson,
    add_api_token,
    create_account,
)
from portal.clock import now
from portal.db import unit_of_work
from portal.permissions import Role

accounts = AppGroup("accounts", help="People who sign in.")


class EmailType(click.ParamType[str]):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return read_email(value)
        except UnreadableEmail:
            self.fail(f"{value!r} is not an e-mail address.", param, ctx)


@accounts.command("create")
@click.argument("email", type=EmailType())
@click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True
)
@click.option("--name", help="As people call them; the address up to its @ when left out.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
def create(email: str, roles: tuple[str, ...], name: str | None, password_stdin: bool) -> None:
    """Make a confirmed account for EMAIL."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not SHORTEST <= len(password) <= LONGEST or "\0" in password:
        raise click.ClickException(f"A password has {SHORTEST} to {LONGEST} characters.")
    command = CreateAccount(
        email=email,
        name=(name or email.split("@")[0]).strip()[:200],
        password_hash=hash_password(password),
        roles=frozenset(Role(role) for role in roles),
    )
    try:
        with unit_of_work() as session:
            create_account(session, command, at=now())
    except AccountExists as error:
        raise click.ClickException(f"{email} has a confirmed account already.") from error
    click.echo(f"{email} can sign in now ({', '.join(sorted(command.roles))}).")


@accounts.command("token")
@click.argument("email")
def token(email: str) -> None:
    """Add an API token for EMAIL; prints it and nothing else."""
    try:
        with unit_of_work() as session:
            made = add_api_token(session, email.strip(), at=now())
    except UnknownPerson as error:
        raise click.ClickException(f"Nobody has confirmed the address {email}.") from error
    click.echo(made)


@accounts.command("erase")
@click.argument("login", metavar="EMAIL_OR_PHONE")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_person(login: str, yes: bool) -> None:
    """Forget who somebody is; what they booked stays without a name."""
    if not yes:
        click.confirm(f"Forget {login} for good?", abort=True, err=True)
    try:
        with unit_of_work() as session:
            person_id = person_named(session, read_login(login))
            erase(session, person_id, by=None, at=now(), let_go=hooks(current_app).on_erased)
    except (UnreadableLogin, UnknownPerson) as error:
        raise click.ClickException(f"Nobody has the address or number {login}.") from error
    except SeveralPeople as error:
        raise click.ClickException(f"Several people typed {login}, and none has confirmed it.") from error
    click.echo(f"Person {person_id} is forgotten.")
