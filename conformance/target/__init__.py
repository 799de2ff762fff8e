"""The endpoint under test: what it is, how it is started, and the plain client that arranges and observes."""
