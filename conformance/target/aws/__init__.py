"""The real service: the plan before a run, the guard of every request, and the clean-up afterwards.

operations   what each operation costs and may do: quota, signature, messages
runledger    what a run makes, written down before it is made
guard        which requests may be sent: deny by default
limiter      how fast
gate         the one function between every client and the socket
transport    the socket: TLS to one host
identity     who calls, in which account, at what time
service      the target `aws`, and `replay:DIR`
plan         what a run will ask for, counted beforehand
sweep        what a killed run left
evidence     what a run saw, written down without a secret, and read back
"""
