"""What a secret looks like that no artefact may contain."""

import re

SECRETS = re.compile(r"eyJ[\w-]{10,}\.|(?:AKIA|ASIA)[A-Z0-9]{16}|Signature=[0-9a-f]{8}|Credential=\w")
