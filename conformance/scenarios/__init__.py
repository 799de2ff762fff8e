"""What targets and the AWS CLI are asked. Each scenario judges one claim of the ledger."""
