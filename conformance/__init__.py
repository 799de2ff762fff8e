"""A conformance suite for Amazon Cognito's AdminSetUserPassword."""
