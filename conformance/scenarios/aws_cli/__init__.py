"""Scenarios that judge the AWS CLI, whatever the target does."""
