"""Judges any endpoint against what Amazon Cognito documents for AdminSetUserPassword.

The modules, each importing only from those above it:

  data          where schemas/ and fixtures/ lie
  verdicts      what can be said of a target, and what ends a scenario that cannot judge
  ledger        the claims of an operation
  editions      the documentation's sentences, as fingerprints, in each of its editions
  help_process  the AWS CLI's help page, in a process of its own
  cli_process   the AWS CLI, loaded once and forked for each call, in a process of its own
  cli_client    the other end of that process
  programs      AWS CLI v1 and v2: where each is found, and how it is run
  help_page     the options that a program's help shows, and those that the ledger lists
  shapes        JSON Schemas of a service model's shapes
  filler        skeletons, filled in
  recorder      an endpoint that keeps what it is sent
  signature     the signature that a request should carry
  moto_process  moto's server, in a process of its own
  replies       what a target answered, as frozen values
  journal       the exchanges of a scenario, redacted
  judgement     from a failed assertion to a divergence
  results       results and their tally
  targets       the endpoints that can be judged
  command_line  a program with all that surrounds it under control
  service       the plain client that arranges and observes
  sign_in       signing in, by each flow that knows a password
  world         pools and users at the target
  bindings      the ways to call the operation under test
  bindings.sdk  boto3
  bindings.wire raw HTTP with botocore's signature
  bindings.cli  AWS CLI v1 and v2
  catalogue     which scenario judges which claim
  baseline      the divergences that a target is known to have
  program_baselines  what each version of a program is known to do otherwise
  settings      what one run judges, checked before it starts
  runs          one run and its exit code
  report        what a person reads on a terminal
  document      the JSON report
  page          what a person reads in a browser
  plugin        pytest: options, bindings, verdicts
  command       the command line

scenarios/ holds what any endpoint is asked; nothing imports it. gate/ judges SDK and CLI upgrades, in processes that
load neither; its own docstring is its map.
"""
