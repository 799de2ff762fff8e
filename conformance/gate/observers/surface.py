"""Prints the command line surface of an AWS CLI for AdminSetUserPassword, as one canonical JSON line.

Run as a file, in a process of its own, with the AWS CLI to observe in front on PYTHONPATH. It reads the CLI's own
tables of commands and options, and the reStructuredText of the help page, of which it keeps the words: groff and a
terminal are not needed.
"""

import contextlib
import io
import json
import os
import random
import re
import sys

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
random.choice = lambda _: "drawn"  # skeletons draw their enum values by lot

import awscli
from awscli import clidriver
from awscli import help as cli_help

COMMAND = "admin-set-user-password"


def option(argument):
    """What can be written for an option, without its documentation."""
    return {
        "required": bool(getattr(argument, "required", False)),
        "type": getattr(argument, "cli_type_name", None),
        "nargs": getattr(argument, "nargs", None),
        "choices": list(getattr(argument, "choices", None) or []) or None,
        "group": getattr(argument, "group_name", None),
        "positional": bool(getattr(argument, "positional_arg", False)),
    }


def skeletons(session):
    """What `--generate-cli-skeleton input` prints for every command of the service."""
    import botocore.utils
    from botocore import xform_name

    model = session.get_service_model("cognito-idp")
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        value = botocore.utils.ArgumentGenerator().generate_skeleton(shape) if shape is not None else {}
        yield ["skeleton", xform_name(name, "-"), name, value]


def words(driver):
    """The words of the help page, in order, hyphenation and this CLI's version left out."""
    page = io.BytesIO()

    class _Kept:
        def render(self, contents):
            page.write(contents)

    cli_help.get_renderer = _Kept
    with contextlib.redirect_stdout(io.StringIO()):
        driver.main(["cognito-idp", COMMAND, "help"])
    text = page.getvalue().decode().replace(awscli.__version__, "VERSION").replace("-", "")
    return re.findall(r"\w+", text)


def main():
    """Print the facts: {"versions": {...}, "facts": [["option", "global/--region", "", {...}], ...]}."""
    driver = clidriver.create_clidriver()
    commands = driver._get_command_table()["cognito-idp"]._get_command_table()
    skeleton = {row[1]: row for row in skeletons(driver.session)}
    options, global_options = commands[COMMAND].arg_table, driver._get_argument_table()
    rows = [["option", f"global/--{name}", "", option(argument)] for name, argument in global_options.items()]
    rows += [["option", f"{COMMAND}/--{name}", "", option(argument)] for name, argument in options.items()]
    for name in commands:
        operation = skeleton[name][2] if name in skeleton else ""
        rows.append(["command", f"cognito-idp/{name}", operation, True])
    rows += skeleton.values()
    rows += [
        ["promise-cli", "options", "", sorted(f"--{name}" for name in options)],
        ["promise-cli", "global-options", "", sorted(f"--{name}" for name in global_options)],
        ["promise-cli", "skeleton", "", json.dumps(skeleton[COMMAND][3])],
        ["help", COMMAND, "", words(driver)],
    ]
    printed = json.dumps({"versions": {"awscli": awscli.__version__}, "facts": rows}, sort_keys=True)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
