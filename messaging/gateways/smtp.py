"""Letters by SMTP, as EMAIL_* in the environment say. The Message-ID of a letter is the same at every try."""

import smtplib
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from messaging.gateways.base import Accepted, Later, Outcome, Parcel, Refused, Unasked, Unclear

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class SmtpGateway(Unasked):
    name = "smtp"

    def send(self, parcel: Parcel) -> Outcome:
        try:
            letter = letter_of(parcel)
            letter.message()
        except (ValueError, UnicodeError) as error:
            return Refused(f"the letter cannot be written: {error}")
        connection = get_connection(BACKEND)
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return Later(f"no connection to {settings.EMAIL_HOST}: {_words(error)}", is_everybodys=True)
        try:
            connection.send_messages([letter])
        except smtplib.SMTPRecipientsRefused as error:
            return _answered(*next(iter(error.recipients.values())))
        except smtplib.SMTPResponseException as error:
            return _answered(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Unclear(f"cut off while sending: {_words(error)}")
        finally:
            _close(connection)
        return Accepted(provider_id=message_id(parcel))


def letter_of(parcel: Parcel) -> EmailMessage:
    """The letter with its attachments."""
    letter = EmailMessage(
        subject=parcel.subject,
        body=parcel.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((parcel.to_name, parcel.to)) if parcel.to_name else parcel.to],
        reply_to=[parcel.reply_to] if parcel.reply_to else None,
        headers={"Message-ID": message_id(parcel), "Auto-Submitted": "auto-generated"},
    )
    for file in parcel.files:
        letter.attach(file.name, file.content, file.media_type)
    return letter


def message_id(parcel: Parcel) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{parcel.key}@{domain}>"


def _answered(code: int, words: bytes | str) -> Outcome:
    """What the server said: 5xx is for good, everything else is worth another try."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    reason = f"{code} {text}"
    return Refused(reason) if 500 <= code < 600 else Later(reason)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _close(connection) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        pass
