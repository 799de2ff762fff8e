"""Settings that a client has if nobody chose any, and where its requests go."""

from botocore.config import Config

from conformance.gate.observers.client.cases import VALID
from conformance.gate.observers.client.observed import Observed, call, make
from conformance.gate.observers.client.wire import sent_by


def defaults():
    """Settings that a client has where nobody chose any."""
    client = make()
    config = client.meta.config
    names = "connect_timeout read_timeout max_pool_connections parameter_validation tcp_keepalive retries"
    names += " user_agent_extra request_min_compression_size_bytes disable_request_compression proxies client_cert"
    names += " inject_host_prefix ignore_configured_endpoint_urls signature_version region_name"
    names += (
        " request_checksum_calculation response_checksum_validation account_id_endpoint_mode sigv4a_signing_region_set"
    )
    for name in names.split():
        yield name, getattr(config, name, "not a setting")
    session = client._endpoint.http_session
    yield "http/timeout", str(getattr(session, "_timeout", None))
    yield "http/verify", getattr(session, "_verify", None)
    yield "service-name", client.meta.service_model.service_name
    yield "paginator/list_users", client.can_paginate("list_users")
    yield "method", client.meta.method_to_api_mapping.get("admin_set_user_password")
    chosen = make(config=Config(connect_timeout=3, read_timeout=4))
    yield "http/chosen-timeout", str(getattr(chosen._endpoint.http_session, "_timeout", None))


REGIONS = (
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-2",
    "ap-southeast-5",
    "us-gov-west-1",
    "cn-north-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
    "il-central-1",
    "mx-central-1",
    "xx-nowhere-1",
)


def _reached(**options):
    try:
        observed = Observed(make(**options))
    except Exception as problem:
        return {"refused": type(problem).__name__, "text": str(problem)[:200]}
    seen = sent_by(observed, call(observed.client, "AdminSetUserPassword", VALID))
    if "url" not in seen:
        return seen["sent"]
    scope = seen.get("header/Authorization", "")
    return {"url": seen["url"], "scope": scope.partition("Credential=")[2].partition(",")[0].partition("/")[2]}


def endpoints():
    """Where requests go and what they are signed for: regions, FIPS, dual stack, the ways to choose an endpoint."""
    for region in REGIONS:
        for fips in (False, True):
            for dual in (False, True):
                kind = "+".join(["fips"] * fips + ["dual-stack"] * dual) or "plain"
                config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual)
                yield f"{region}/{kind}", _reached(region=region, config=config)
    custom = "http://127.0.0.1:9/path"
    yield "option/endpoint_url", _reached(endpoint_url=custom)
    yield "option/endpoint_url+fips", _reached(endpoint_url=custom, config=Config(use_fips_endpoint=True))
    yield "option/malformed", _reached(endpoint_url="localhost:9")
    yield "environment/AWS_ENDPOINT_URL", _reached(environment={"AWS_ENDPOINT_URL": custom})
    own = {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": custom}
    yield "environment/AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", _reached(environment=own)
    ignored = {**own, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    yield "environment/AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", _reached(environment=ignored)
    yield "environment/AWS_USE_FIPS_ENDPOINT", _reached(environment={"AWS_USE_FIPS_ENDPOINT": "true"})
    yield "environment/AWS_USE_DUALSTACK_ENDPOINT", _reached(environment={"AWS_USE_DUALSTACK_ENDPOINT": "true"})
    yield "environment/AWS_DEFAULT_REGION", _reached(region=None, environment={"AWS_DEFAULT_REGION": "eu-west-1"})
    yield "environment/AWS_REGION", _reached(region=None, environment={"AWS_REGION": "eu-west-1"})
    yield "no-region", _reached(region=None)
    yield "bad-region", _reached(region="us east 1")
    yield "no-credentials", _reached(keys=None)
