"""What people sign in with: an e-mail address or a phone number, as they type it."""

import re
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portal.errors import N_, RuleBroken

LONGEST = 254
_PHONE_SIGNS = re.compile(r"[\d\s().+\-\u00a0\u2010-\u2015]+")
_SEPARATORS = re.compile(r"[\s().\-\u00a0\u2010-\u2015]+")


class UnreadableLogin(RuleBroken):
    code = "login"
    message = N_("Type a WhatsApp number or an e-mail address. Example: 0812 3456 7890")


class UnreadablePhone(UnreadableLogin):
    code = "phone"
    message = N_("The WhatsApp number is not complete. Example: 0812 3456 7890")


class UnreadableEmail(UnreadableLogin):
    code = "email"
    message = N_("The e-mail address is not complete. Example: siti@gmail.com")


@dataclass(frozen=True, slots=True)
class Login:
    """Exactly one of the two. An address keeps the case in which it was typed; `key` compares."""

    email: str | None = None
    phone: str | None = None
    """E.164."""

    @property
    def key(self) -> str:
        return (self.email or "").lower() or self.phone or ""

    @property
    def address(self) -> str:
        return self.email or self.phone or ""


def read_login(typed: str) -> Login:
    """
    Raises:
        UnreadableLogin: neither an address nor a number; its subclasses say which of both was meant.
    """
    if len(typed) > LONGEST:
        raise UnreadableLogin()
    typed = typed.strip()
    if "@" in typed:
        return Login(email=read_email(typed))
    if _PHONE_SIGNS.fullmatch(typed) and any(sign.isdigit() for sign in typed):
        return Login(phone=read_phone(typed))
    raise UnreadableLogin()


def read_email(typed: str) -> str:
    """
    Raises:
        UnreadableEmail: nothing that mail could be sent to.
    """
    if len(typed) > LONGEST:
        raise UnreadableEmail()
    try:
        return validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False).normalized
    except (EmailNotValidError, UnicodeError) as error:
        raise UnreadableEmail() from error


def read_phone(typed: str) -> str:
    """The number in E.164. Without a country code it is Indonesian; a leading 62 is one even without plus.

    Raises:
        UnreadablePhone: too short, too long, or no number at all.
    """
    if len(typed) > LONGEST:
        raise UnreadablePhone()
    typed = typed.strip()
    digits = _SEPARATORS.sub("", typed)
    if not _PHONE_SIGNS.fullmatch(typed) or len(digits) > 20:
        raise UnreadablePhone()
    if digits.startswith("62"):
        digits = "+" + digits
    if digits.startswith("+620"):  # +62 0812 …, as phone books write it
        digits = "+62" + digits[4:]
    try:
        number = phonenumbers.parse(digits, "ID")
    except phonenumbers.NumberParseException as error:
        raise UnreadablePhone() from error
    if not phonenumbers.is_valid_number(number):
        raise UnreadablePhone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(phone: str) -> str:
    """+6281234567890 as people here read it: 0812-3456-7890; foreign numbers with their country code."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    style = phonenumbers.PhoneNumberFormat
    if number.country_code != 62:
        return phonenumbers.format_number(number, style.INTERNATIONAL)
    national = phonenumbers.format_number(number, style.NATIONAL)
    # What no operator has handed out yet is given back bare.
    return national if national.startswith(("0", "(")) else f"0{national}"
