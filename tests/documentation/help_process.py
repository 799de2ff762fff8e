"""Prints the AWS CLI's help of AdminSetUserPassword as reStructuredText: `python -m tests.documentation.help_process`.

It needs neither groff nor a terminal, but a process of its own: importing awscli 1.46 or later makes every later
import of botocore in the process awscli's own copy, so nothing here may share it with boto3.
"""

import os
import sys


class _Verbatim:
    """A help renderer that hands on what the others would pipe to groff and a pager."""

    def render(self, contents: bytes) -> None:
        sys.stdout.buffer.write(contents)


def main() -> None:
    # An unknown AWS_PROFILE or a plugin would change even this. Before the import, because awscli sets a variable too.
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[variable]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    try:
        from awscli import clidriver, help
    except ImportError:
        sys.exit("no AWS CLI v1 in this Python: pip install awscli")
    help.get_renderer = _Verbatim
    sys.exit(clidriver.create_clidriver().main(["cognito-idp", "admin-set-user-password", "help"]))


if __name__ == "__main__":
    main()
