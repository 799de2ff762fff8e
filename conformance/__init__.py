"""Judges any endpoint against what Amazon Cognito documents for AdminSetUserPassword.

The modules, each importing only from those above it:

  data          where schemas/ and fixtures/ lie
  verdicts      what can be said of a target, and what ends a scenario that cannot judge
  written       files that people write: TOML, and the schemas that it is held to
  output        the files that a command is to write
  ending        how a command ends where it cannot go on
  ledger        the claims of an operation
  transitions   what each operation makes of a user in each status
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
  child         a server in a process of its own, which ends with this one
  moto_process  moto's server, in such a process
  emulator_process  an emulator, in such a process
  replies       what a target answered, as frozen values
  journal       the exchanges of a scenario, redacted
  judgement     from a failed assertion to a divergence
  results       results and their tally
  targets       the endpoints that can be judged
  command_line  a program with all that surrounds it under control
  reference     the documented service as an executable specification
  reference.refusal   a refusal of the service, and its text
  reference.shapes    what a request must hold, by the service model
  reference.password  what a pool asks of a password
  reference.srp       the server's half of SRP
  reference.callers   signatures and IAM policies
  reference.service   pools, users and the operations on them
  reference.face      the same over HTTP
  reference.process   the same in a process of its own
  service       the plain client that arranges and observes
  sign_in       signing in, by each flow that knows a password
  world         pools and users at the target
  control       time, callers, federated users and codes, at a target that can be told
  lifecycle     one user, step by step, beside the table of transitions
  bindings      the ways to call the operation under test
  bindings.sdk  boto3
  bindings.wire raw HTTP with botocore's signature
  bindings.cli  AWS CLI v1 and v2
  catalogue     which scenario judges which claim
  baseline      the divergences that a target is known to have
  program_baselines  what each version of a program is known to do otherwise
  waiting       users who wait for a later run
  settings      what one run judges, checked before it starts
  runs          one run and its exit code
  report        what a person reads on a terminal
  document      the JSON report
  page          what a person reads in a browser
  stateful      random walks through the lifecycle, and the shortest to a disagreement
  plugin        pytest: options, bindings, verdicts
  mutants       the reference broken in one way at a time
  mutants.planting   how a fault is planted
  mutants.seams      where faults of more than one group are planted
  mutants.faults.status         changed wrongly, not at all, late, or refused
  mutants.faults.lifecycle      the rows of the table of transitions
  mutants.faults.storage        what is stored, when, and for whom
  mutants.faults.sign_in        each flow by itself
  mutants.faults.challenge      NEW_PASSWORD_REQUIRED and the answer to it
  mutants.faults.isolation      what else about the user changes
  mutants.faults.usernames      aliases, sub, case, characters
  mutants.faults.pools          the pool that is named
  mutants.faults.policy         each rule of the password policy
  mutants.faults.history        earlier passwords
  mutants.faults.expiry         the clock of temporary passwords
  mutants.faults.codes          codes that are sent to users
  mutants.faults.federated      what a federated user gets
  mutants.faults.permissions    IAM policies
  mutants.faults.input          what a request must hold
  mutants.faults.output         the answer to what was accepted
  mutants.faults.errors         the answer to what was refused
  mutants.faults.dispatch       which requests are carried out
  mutants.faults.authorization  who may call
  mutants.faults.wording        each text
  mutants.faults     the catalogue of faults
  mutants.hostile    services that are no Cognito at all
  mutants.bench      pytest with the scenarios loaded, forked for each mutant
  mutants.trial      the trials of mutants and hostile services
  mutants.matrix     who caught what
  mutants.program    the command `mutants`
  command       the command line

scenarios/ holds what any endpoint is asked; nothing imports it. gate/ judges SDK and CLI upgrades, in processes that
load neither; its own docstring is its map.
"""
