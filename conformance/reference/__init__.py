"""The documented service as a small executable specification: an oracle to be read, not an emulator to be grown.

  errors           a refusal, and the texts that the service was seen to give
  validation       what a request must hold, by botocore's model
  password_policy  policy and history
  srp              the server's half of SRP
  iam              signatures and policies of callers
  stored           pools, app clients and users, as they are stored
  directory        how they are found, and how a user changes
  authentication   the operations that give tokens
  service          all other operations
  http             the service over HTTP, and the control path beside it

Status changes are in schemas/transitions.toml. What no scenario observes is not here.
"""
