"""Prints what the official client's KeyPair functions look like: parameters, defaults, field sets and titles.

An argument without a default has none in "default"; one that stays out of the request when it is not given
has "default": "undefined".
"""

import inspect
import json

from ai.backend.cli.types import undefined
from ai.backend.client import __version__, config
from ai.backend.client.func import keypair
from ai.backend.client.output.fields import keypair_fields
from ai.backend.client.pagination import MAX_PAGE_SIZE, MIN_PAGE_SIZE

FUNCTIONS = ("create", "update", "delete", "list", "paginated_list", "info", "activate", "deactivate")


def plain(value: object) -> object:
    if value is undefined:
        return "undefined"
    if isinstance(value, tuple):
        return [field.field_ref for field in value]
    return value


def parameters(name: str) -> list[dict]:
    found = []
    function = keypair.KeyPair.__dict__[f"_orig_{name}"]
    signature = inspect.signature(getattr(function, "__func__", function))
    for parameter in signature.parameters.values():
        if parameter.name in ("cls", "self"):
            continue
        entry = {"name": parameter.name, "type": str(parameter.annotation),
                 "keyword_only": parameter.kind is parameter.KEYWORD_ONLY}
        if parameter.default is not parameter.empty:
            entry["default"] = plain(parameter.default)
        found.append(entry)
    return found


print(json.dumps({
    "version": __version__,
    "api_version": list(config.API_VERSION),
    "min_api_version": list(config.MIN_API_VERSION),
    "page_size": {"min": MIN_PAGE_SIZE, "max": MAX_PAGE_SIZE},
    "functions": {name: parameters(name) for name in FUNCTIONS},
    "titles": {field.field_ref: field.humanized_name for field in keypair_fields.values()},
}, indent=1))
