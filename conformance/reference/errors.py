"""A refusal of the service, and the texts that it was seen to give."""

from __future__ import annotations

WRONG_PASSWORD = "Incorrect username or password."
DISABLED = "User is disabled."
EXPIRED_PASSWORD = "Temporary password has expired and must be reset by an administrator."
LOCKED = "Password attempts exceeded"
NO_USER = "User does not exist."
NO_CONTACT = "Cannot reset password for the user as there is no registered/verified email or phone_number"
NO_SESSION = "Invalid session for the user, session is expired."
USED_SESSION = "Invalid session for the user, session can only be used once."
REVOKED = "Access Token has been revoked"
INVALID_REFRESH = "Invalid Refresh Token"
REFRESH_REVOKED = "Refresh Token has been revoked"
WRONG_SECRET_HASH = "Unable to verify secret hash for client {}"
NO_SECRET_HASH = "Client {} is configured with secret but SECRET_HASH was not received"
USED_BEFORE = "Password has previously been used"

# Texts by error and operation, where the status of the user alone brings the error about.
TEXTS = {
    "UserNotConfirmedException": "User is not confirmed.",
    "PasswordResetRequiredException": "Password reset required for the user",
    "UserNotFoundException": NO_USER,
    "UsernameExistsException": "User already exists",
    "UnsupportedUserStateException": "Resend not possible. {username} status is not FORCE_CHANGE_PASSWORD",
    "NotAuthorizedException": WRONG_PASSWORD,
    "InvalidParameterException": NO_CONTACT,
    "CodeMismatchException": "Invalid verification code provided, please try again.",
    "ExpiredCodeException": "Invalid code provided, please request a code again.",
    ("UserNotFoundException", "ForgotPassword"): "Username/client id combination not found.",
    ("InvalidParameterException", "AdminLinkProviderForUser"): (
        "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link"
    ),
    ("NotAuthorizedException", "ConfirmSignUp"): "User cannot be confirmed. Current status is {status}",
    ("NotAuthorizedException", "AdminConfirmSignUp"): "User cannot be confirmed. Current status is {status}",
    ("NotAuthorizedException", "AdminResetUserPassword"): "User password cannot be reset in the current state.",
    ("NotAuthorizedException", "ForgotPassword"): "User password cannot be reset in the current state.",
    ("UsernameExistsException", "AdminCreateUser"): "User account already exists",
}


class Refusal(Exception):
    """The request is refused with the error `code`; `message` None is an error without a text."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status: every error but one is the caller's, and 400."""
        return 500 if self.code == "InternalErrorException" else 400


def by_status(operation: str, code: str, username: str, status: str) -> Refusal:
    """The refusal that the status of a user brings about, with its text."""
    text = TEXTS.get((code, operation)) or TEXTS[code]
    return Refusal(code, text.format(username=username, status=status))
