"""The documented service as a small executable specification: an oracle to be read, not an emulator to be grown.

Read it in the order of the map in conformance/__init__.py. Status changes are in schemas/transitions.toml; what no
scenario observes is not here. Its HTTP face is AWS's; a control path beside it does what AWS has other services for.
"""
