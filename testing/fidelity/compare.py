"""Comparison of two answers."""
import json

EXACT_MEMBERS = {"code", "error_code", "type", "title", "ok", "__typename"}


def relabel(value, labels):
    if isinstance(value, dict):
        return {k: relabel(v, labels) for k, v in value.items()}
    if isinstance(value, list):
        return [relabel(v, labels) for v in value]
    return labels.get(value, value) if isinstance(value, str) else value


def shape(value, member=None):
    """Returns names and types; for a list, the shape of its first element."""
    if isinstance(value, dict):
        return {k: shape(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if member in EXACT_MEMBERS:
        return value
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "null" if value is None else "string"


def differences(left, right, path="body"):
    if isinstance(left, dict) and isinstance(right, dict):
        for k in sorted(set(left) | set(right)):
            if k not in left or k not in right:
                yield f"{path}.{k}: only in the {'embedded' if k not in left else 'real'} one"
            else:
                yield from differences(left[k], right[k], f"{path}.{k}")
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{path}: {len(left)} elements here, {len(right)} there"
        for i, (a, b) in enumerate(zip(left, right)):
            yield from differences(a, b, f"{path}[{i}]")
    elif left != right:
        yield f"{path}: {json.dumps(left)[:150]} in the real one, {json.dumps(right)[:150]} here"


def compare(q, real, ours, sides):
    problems = []
    for what, a, b in zip(["status", "content type"], real, ours):
        if a != b:
            problems.append(f"{what}: {a} in the real one, {b} here")
    for header in ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Window", "Allow"]:
        if (header in real[2]) != (header in ours[2]):
            problems.append(f"{header}: {real[2].get(header)} in the real one, {ours[2].get(header)} here")
    bodies = [relabel(answer[3], side.labels) for answer, side in zip((real, ours), sides)]
    problems += differences(*map(shape, bodies))
    exact = q.get("exact")
    data = [body.get("data") if isinstance(body, dict) else None for body in bodies]
    if exact in ("count", "order") and all(d and all(d.values()) for d in data):
        def known(d):
            value = next(iter(d.values()))
            items = [i for i in (next(iter(item.values())) for item in value["items"]) if str(i).startswith("<")]
            return items if exact == "order" and "projects" not in q["query"] else sorted(items)
        problems += differences(*map(known, data), "data")
    elif exact == "accounts" and not problems and all(data):
        problems += differences(*(sorted(names(d)) for d in data), "data")
    elif exact is True and not problems:
        def sort(d):
            return json.loads(json.dumps(d), object_hook=lambda o: {
                k: sorted((x for x in v if "_made" not in str(x)), key=json.dumps) if isinstance(v, list) else v for k, v in o.items()})
        problems += differences(*map(sort, data), "data")
    return problems


def names(value):
    """Returns the user names in an answer of the v2 API, without those that differ by design."""
    if isinstance(value, dict):
        own = [n for n in [value.get("username")] if n in ("superadmin", "domain-admin", "user", "inactive-user", "other-admin")]
        return own + [n for v in value.values() for n in names(v)]
    return [n for v in value for n in names(v)] if isinstance(value, list) else []


def wording(real, ours):
    """Returns differences in messages, which are reported but not counted."""
    def messages(body):
        if not isinstance(body, dict):
            return []
        errors = body.get("errors") or []
        return [body.get("msg")] + [e.get("message") for e in errors]
    return [f"{a!r} in the real one, {b!r} here"
            for a, b in zip(messages(real[3]), messages(ours[3])) if a != b]
