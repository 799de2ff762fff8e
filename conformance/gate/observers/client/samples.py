"""Every operation of the service once, with the least request that its own model allows."""

from conformance.gate.observers.client.observed import Observed, answer, call, make, outcome, text


def sample(shape, seen=()):
    """A value that the shape's constraints allow: required members only, the least that is enough."""
    if shape.name in seen:
        return {} if shape.type_name == "structure" else [] if shape.type_name == "list" else {}
    inner = (*seen, shape.name)
    least = max(int(shape.metadata.get("min", 0) or 0), 0)
    kind = shape.type_name
    if kind == "structure":
        names = shape.required_members
        if shape.metadata.get("union") or getattr(shape, "is_tagged_union", False):
            names = list(shape.members)[:1]
        return {name: sample(shape.members[name], inner) for name in names}
    if kind == "list":
        return [sample(shape.member, inner)] * least
    if kind == "map":
        return {f"key{number}": sample(shape.value, inner) for number in range(least)}
    if kind == "string":
        return sorted(shape.enum)[0] if getattr(shape, "enum", None) else "s" * max(least, 1)
    if kind == "boolean":
        return True
    if kind in ("integer", "long"):
        return max(least, 1)
    if kind in ("float", "double"):
        return float(max(least, 1))
    return b"blob" if kind == "blob" else 0


def samples():
    """Every operation of the service once, with its required members: whether it is sent, and with which members."""
    observed = Observed(make(), lambda: answer(200, b"{}"))
    model = observed.client.meta.service_model
    for name in sorted(model.operation_names):
        shape = model.operation_model(name).input_shape
        observed.requests.clear()
        parameters = sample(shape) if shape is not None else {}
        result = outcome(call(observed.client, name, parameters))
        refused = "crashed" in result or not observed.requests
        yield (
            name,
            result
            if refused
            else {
                "target": text(observed.requests[0].headers.get("X-Amz-Target")),
                "body": text(observed.requests[0].body),
                "signed": "Authorization" in observed.requests[0].headers,
            },
            name,
        )
