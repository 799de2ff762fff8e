"""`python -m conformance`, the same as `cognito-conformance`."""

from conformance.command import main

main(prog_name="cognito-conformance")
