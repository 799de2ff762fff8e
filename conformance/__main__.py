"""`python -m conformance`, the same as `cognito-conformance`."""

from conformance.cli import main

main(prog_name="cognito-conformance")
