"""Mail addresses as they go over the wire. Pure."""

from email_validator import EmailNotValidError, validate_email


def ascii_address(address: str) -> str | None:
    """An address with its domain as A-labels (IDNA 2008, RFC 5891). None: the part before the @ is not ASCII.

    An address that follows no rule is returned as it is: the server has the last word.
    """
    if not address.rpartition("@")[0].isascii():
        return None
    try:
        return validate_email(address, check_deliverability=False, globally_deliverable=False).ascii_email
    except EmailNotValidError:
        return address if address.isascii() else None
