"""The SDK upgrade gate: what exactly changed between two client versions, who is affected, and may it merge.

No module here imports boto3, botocore or awscli. In dependency order:

    rules         facts, findings, and every kind of change: its layer, and how severe it is for each audience
    releases      releases from the package index, cached, verified, unpacked
    clients       what `--from` and `--to` may name
    pins          what a repository pins, before and after a change, in any format
    observers/    scripts that run with one client version each, and print what it is and does:
                  model.py, client/ (answered inside the client), transport/ (real sockets; credentials), importing.py,
                  and for the AWS CLI surface.py and cli.py
    observation   running the observers, and what released versions were observed to do before
    contract      what must hold for any version (schemas/contract.toml)
    models        two service models compared, operation by operation
    facts         two sets of observed facts compared
    installation  what is installed: requirements, modules, source on the path of a request
    waivers       changes that were looked at and accepted, for a time
    suite         the scenarios under both versions
    comparison    all of that for one pair: its changes, their causes and its verdict
    report        Markdown, JSON, and the lines for a terminal
    command       `cognito-conformance sdk-gate`
"""
