"""`python -m conformance.gate`: the gate, in a process that has loaded no AWS client."""

from conformance.gate.command import main

main(prog_name="cognito-conformance sdk-gate")
