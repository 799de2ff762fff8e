"""The SDK upgrade gate: what exactly changed between two client versions, for whom, and may it merge.

No module here imports boto3, botocore or awscli. In dependency order:

    rules         every kind of change: its layer, and how severe it is for callers and for authors of emulators
    wheels        releases from the package index, cached, verified, unpacked
    clients       what `--from` and `--to` may name
    observers/    scripts that run with one client version each, and print what it is and does
    observation   running the observers
    models        two service models compared, operation by operation
    facts         two sets of observed facts compared
    contract      what must hold for any version (schemas/contract.toml)
    waivers       changes that were looked at and accepted, for a time
    suite         the scenarios under both versions
    comparison    all of that for one pair: its changes and its verdict
    report        Markdown, JSON, JUnit, and the lines for a terminal
    command       `cognito-conformance sdk-gate`
"""
