"""Prints the service models of a botocore, without their documentation, as one canonical JSON line.

Run as a file, in a process of its own, with the botocore to observe in front on PYTHONPATH: `python model.py
cognito-idp ...`. The models come through botocore's own loader, and what is derived from them (protocol,
authentication) through botocore's own classes: another version may derive another value from the same file.

With `--of-awscli` it reads the botocore that this AWS CLI carries or depends on.
"""

import gc
import gzip
import json
import os
import sys
import zlib
from pathlib import Path

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
if "--of-awscli" in sys.argv:
    import awscli  # noqa: F401 - from 1.46 on it makes `import botocore` its own copy

    os.environ.pop("AWS_DATA_PATH", None)

import botocore
import botocore.auth
import botocore.exceptions
import botocore.loaders
import botocore.model

_KEPT_METADATA = ("apiVersion", "globalEndpoint", "xmlNamespace", "protocolSettings", "awsQueryCompatible")


class _PlainFiles:
    """Reads a model as botocore's own file loader does, but into plain dictionaries, which cost half."""

    def exists(self, path):
        return Path(f"{path}.json").is_file() or Path(f"{path}.json.gz").is_file()

    def load_file(self, path):
        plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


def strip(value, path, documentation):
    """The value without documentation, whose checksums go to `documentation` by path."""
    if isinstance(value, dict):
        kept = {}
        for name, inner in value.items():
            if name == "documentation" and isinstance(inner, str):
                documentation[path] = zlib.crc32(inner.encode())
            else:
                kept[name] = strip(inner, f"{path}.{name}", documentation) if isinstance(inner, (dict, list)) else inner
        return kept
    if isinstance(value, list):
        return [strip(inner, path, documentation) if isinstance(inner, (dict, list)) else inner for inner in value]
    return value


def derived(read):
    """A value that botocore derives from the model, or the name of the error that it raises instead."""
    try:
        return read()
    except Exception as problem:  # whatever it is, it is what a client of this version meets
        return f"refused: {type(problem).__name__}"


def optional(loader, service, kind, version):
    """A file that not every service has."""
    try:
        return loader.load_service_model(service, kind, version)
    except botocore.exceptions.UnknownServiceError:
        return {}
    except botocore.exceptions.DataNotFoundError:
        return {}


def service(loader, name):
    """All that a model promises about a service."""
    version = loader.determine_latest_version(name, "service-2")
    model = loader.load_service_model(name, "service-2", version)
    documentation = {}
    metadata = model["metadata"]
    shapes = {shape: strip(body, shape, documentation) for shape, body in model["shapes"].items()}
    service_model = botocore.model.ServiceModel(model, name)
    default = derived(lambda: _service_auth(metadata))
    operations = {}
    for operation, body in model["operations"].items():
        kept = strip(body, f"operation {operation}", documentation)
        kept.pop("name", None)
        own = "auth" in body or "authtype" in body
        kept["auth"] = (
            derived(lambda operation=operation: _operation_auth(service_model, operation)) if own else None
        ) or default
        kept.pop("authtype", None)
        operations[operation] = kept
    rules = optional(loader, name, "endpoint-rule-set-1", version)
    return {
        "metadata": {
            **{key: metadata.get(key) for key in _KEPT_METADATA if key in metadata},
            "protocol": derived(lambda: getattr(service_model, "resolved_protocol", None) or metadata["protocol"]),
            "jsonVersion": metadata.get("jsonVersion"),
            "targetPrefix": metadata.get("targetPrefix"),
            "serviceId": metadata.get("serviceId"),
            "endpointPrefix": metadata.get("endpointPrefix"),
            "signingName": metadata.get("signingName") or metadata.get("endpointPrefix"),
            "auth": default,
        },
        "operations": operations,
        "shapes": shapes,
        "paginators": optional(loader, name, "paginators-1", version).get("pagination", {}),
        "waiters": optional(loader, name, "waiters-2", version).get("waiters", {}),
        "endpoint_rules": zlib.crc32(json.dumps(rules).encode()) if rules else None,
        "documentation": documentation,
    }


def _service_auth(metadata):
    resolve = getattr(botocore.auth, "resolve_auth_type", None) if metadata.get("auth") else None
    return resolve(metadata["auth"]) if resolve else metadata.get("signatureVersion")


def _operation_auth(service_model, operation):
    model = service_model.operation_model(operation)
    return model.resolved_auth_type if hasattr(model, "resolved_auth_type") else model.auth_type


def main():
    """Print {"versions": {"botocore": ...}, "services": {name: {...}}}."""
    gc.disable()  # everything that is made here stays until the end
    loader = botocore.loaders.Loader(file_loader=_PlainFiles(), include_default_search_paths=False)
    loader.search_paths.append(loader.BUILTIN_DATA_PATH)
    available = set(loader.list_available_services("service-2"))
    names = [word for word in sys.argv[1:] if word in available]
    services = {name: service(loader, name) for name in names}
    printed = json.dumps({"versions": {"botocore": botocore.__version__}, "services": services}, sort_keys=True)
    sys.stdout.write(f"{printed}\n")


if __name__ == "__main__":
    main()
