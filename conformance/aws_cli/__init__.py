"""The AWS CLI as a program: found, run, recorded."""
