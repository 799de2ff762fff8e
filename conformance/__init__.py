"""Judges any endpoint against what Amazon Cognito documents for AdminSetUserPassword.

The rooms, each importing only from those above it:

  errors       what ends a scenario or a command: one tree, with the exit code of each
  process      this process: Control-C, SIGTERM and SIGHUP let a command clean up; the directory of everything temporary
  console      what every command shares: the terminal, exit codes, files that are to be written
  contract     what is documented: ledger, transitions, options, schemas
  verdict      the judgement of a target: verdicts, observed values, results, baseline
  target       the endpoint under test: how it is started, the client that arranges and observes, pools and users
  aws_cli      the AWS CLI as a program: found, forked, recorded
  bindings     the ways to call the operation under test: sdk, wire, cli, cli2
  lifecycle    random walks through the lifecycle of one user
  reference    the documented service as a small executable specification, served over HTTP
  run          one run: its options, its scenarios, its results
  report       what people read: terminal, JSON, HTML
  plugin       pytest: options, bindings, verdicts
  scenarios    what a target is asked (cognito/) and what the AWS CLI is asked (aws_cli/); nothing imports them
  mutants      the reference broken in one named way at a time, to prove that the scenarios notice
  cli          the command line, a module for each command

gate/ judges SDK and CLI upgrades, in processes that load neither; its own docstring is its map.
"""
