"""Prints what the official client shows for values of every kind, and its titles: cli/tests/golden/format.json.

A case has "console" and "json", or "console_error" and "json_error" with the exception of the official client.
Members are sorted by name, because a Rust map may sort them.
"""

import json

from ai.backend.client.output import fields, formatters
from ai.backend.client.output.types import FieldSet, FieldSpec

LABEL = "ai.backend.customized-image."
NAME, EMAIL = LABEL + "name", LABEL + "user.email"

FORMATS = {
    "Plain": (formatters.OutputFormatter(), None),
    "NestedDict": (formatters.NestedDictOutputFormatter(), None),
    "MiBytes": (formatters.MiBytesOutputFormatter(), None),
    "SizeBytes": (formatters.SizeBytesOutputFormatter(), None),
    "SubField(full_name)": (formatters.SubFieldOutputFormatter("full_name"), None),
    "CustomizedImage": (formatters.CustomizedImageOutputFormatter(), None),
    "ResourceSlot": (formatters.ResourceSlotFormatter(), None),
    "AgentStat": (formatters.AgentStatFormatter(), None),
    "GroupList": (formatters.GroupListFormatter(), None),
    "InlineRouting": (formatters.InlineRoutingFormatter(), None),
    "KernelStat": (formatters.KernelStatFormatter(), None),
    "NestedObject": (formatters.NestedObjectFormatter(), None),
    "ContainerList": (formatters.ContainerListFormatter(), fields.container_fields),
    "DependencyList": (formatters.DependencyListFormatter(), None),
    "ImageObject": (formatters.ImageObjectFormatter(), None),
}


def text(value: object, **options) -> str:
    return json.dumps(value, sort_keys=True, **options)


def metric(current, capacity=None, unit=None, pct=None, **more) -> dict:
    return {"current": current, "capacity": capacity, "pct": pct, "unit_hint": unit, **more}


def agent(node: dict, devices: dict) -> str:
    return text({"timestamp": 1730000000.5, "node": node, "devices": devices})


def cores(count: int) -> dict:
    return {str(core): metric(str(core * 10), "1000", "msec", str(core + 0.25)) for core in range(count)}


def container(**members) -> dict:
    item = {field.field_name: None for field in fields.container_fields.values()}
    return {**item, "id": "6f1c", "occupied_slots": "{}", **members}


ODD = [None, "", "text", True, False, 0, 7, 1.5, [], {}, [1], {"a": 1}]
TEXTS = ["한글 λ 🦀", "two\nlines", "tab\there", "quote ' and \" and \\"]
CONTROL = "\x1b[31mred\x07 \x9b\rover"
FLOATS = [0.1, -2.5, 1.0, 1e15, 1e16, 123456789012345680.0, 1e-4, 1e-5, 1.5e-7, 1e100, 5e-324, 0.30000000000000004]
BYTES = [0, 1, -1, 512, 999, 1000, 1001, 1023, 1024, 1025, 1535, 1536, 999949, 999950, 999999, 1000000, 1048524,
         1048525, 1048575, 1048576, 52429, 157286, 1572864, -1572864, 1610612736, 2**30 - 1, 2**40, 10**12, 10**15,
         2**53 + 1, 2**60, 2**63 - 1, 2**64 - 1, 1.5, -0.5, 1023.9, 1e27, 1e30, 1e34]
NESTED = {
    "flat": "text", "number": 3, "float": 1e-05, "yes": True, "nothing": None, "empty": {}, "none": [], "blank": "",
    "list": ["a", 'it\'s', 'say "x"', "both ' \"", None, True, 1.0, {"k": [{"deep": "\n\t\\\x00"}]}],
    "odd": ["é", "e\u0301", "\u0301", "\u200b", "\ue000", "\U000e0001", "\u00a0", "🦀", "\x7f", "\u2028"],
    "scheduler": {"retries": 0, "failed": {"why": {"a": 1, "b": "two\n\nlines"}}, "passed": {}},
    "shmem": 67108864, "deeper": {"shmem": "1024", "other": {"shmem": None}}, "한": {"글": "λ"},
}
LOADS = ["null", "0", "0.0", "false", "true", '""', '"x"', "[]", "[1, null]", "{}", "5"]
NOT_JSON = ["{", "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', '"\\ud800"', "{} {}"]
UNITS = {
    "mem": metric("1073741824", "17179869184", "bytes", "6.25"), "io_read": metric("1234567", None, "bytes"),
    "io_one": metric("1", "999", "bytes"), "temp": metric("1234567.5", None, "Celsius"), "cold": metric(-1234, None, "Celsius"),
    "sun": metric("1e16", None, "Celsius"), "net": metric("1500.75", None, "bps"), "idle": metric("0", None, "bps"),
    "a": metric("1", None, "pct", "12.5"), "b": metric("1", None, "percent", 3), "c": metric("1", None, "%"),
    "n": metric("3", "10", "count"), "m": metric("3", None, "count"), "t": metric("3", "9", "msec"), "u": metric(1.5, 2, None),
}

INPUTS = {
    "Plain": [*ODD, *TEXTS, CONTROL, "line\r\nline", "\x00", *FLOATS, -1, 2**53 + 1, 2**63, 2**64 - 1, 2**70, [None, "", [], {}, True],
              {"a": None, "b": {"c": [1, {"d": "e"}]}, "": ""}, ["two\nlines"], {"한": "글"}, [[], [[]]],
              {"z": 1, "a": 2, "m": 3}, "2026-09-20T01:02:03.456789+00:00"],
    "NestedDict": [*ODD, *LOADS, *NOT_JSON, NESTED, text(NESTED),
                   text(NESTED, ensure_ascii=False), '{"shmem": "64m"}', '{"shmem": [1]}', '{"shmem": {"a": 1}}',
                   '{"shmem": {}}', '{"shmem": "-1"}', '{"shmem": true}', '{"a": 1, "b": 2, "b": 3}', '{"a": {"b": 1, "y": 2}, "z": 1}',
                   text({"steer": CONTROL}), '[{"container_ports": [7681], "name": "ttyd"}]', '{"big": 1180591620717411303424}'],
    "MiBytes": [*ODD, *BYTES, "1048576", 10**300],
    "SizeBytes": [*ODD, *BYTES, *map(str, BYTES), " 2048 ", "1.5e3", "nan", "64m"],
    "SubField(full_name)": [*ODD, {"full_name": "한 글"}, {"full_name": None}, {"full_name": ""}, {"full_name": []},
                            {"full_name": ["a", {"b": 1}]}, {"email": "x"}, [{"full_name": "A"}, {"full_name": None}, {}, None]],
    "CustomizedImage": [*ODD, [{"key": NAME, "value": "mine"}, {"key": EMAIL, "value": "u@x.y"}],
                        [{"key": "other", "value": "1"}, {"key": EMAIL, "value": "한@x.y"}, {"key": NAME, "value": "λ (1)"}],
                        [{"key": NAME, "value": None}, {"key": EMAIL, "value": None}], [{"key": "other", "value": "1"}],
                        [{"key": NAME, "value": "mine"}], [{"key": EMAIL, "value": "u@x.y"}],
                        [{"key": NAME, "value": "a"}, {"key": NAME, "value": "b"}, {"key": EMAIL, "value": "u@x.y"}],
                        [{"key": NAME, "value": "a"}, {"key": EMAIL, "value": "u@x.y"}, {"key": EMAIL, "value": "v@x.y"}], [{}]],
    "ResourceSlot": [*ODD, *LOADS, *NOT_JSON, '{"cpu": "4", "cuda.device": "1", "mem": "1073741824"}', '{"cpu": 2, "mem": 1610612736}',
                     '{"cpu": null, "cuda.shares": "0.5"}', '{"mem": "0"}', '{"mem": 0}', '{"mem": 0.0}', '{"mem": null}', '{"mem": ""}',
                     '{"mem": "64g"}', '{"mem": "Infinity"}', '{"mem": "1e30"}', '{"mem": {"a": 1}}', '{"mem": {}}', '{"a": [1, null]}',
                     '{"mem": true}', '{"mem": false}', '{"한": "λ"}', {"cpu": "4", "mem": "1024"}],
    "AgentStat": [*ODD, *LOADS, *NOT_JSON, agent(UNITS, {}), agent({}, {"mem": UNITS, "disk": UNITS}), agent({}, {}),
                  agent({"cpu_util": metric("1", "2", "msec", "3.5")}, {"cpu_util": cores(8)}),
                  agent({"cpu_util": metric("1", "2", "msec", None)}, {"cpu_util": cores(9), "mem": {"root": UNITS["mem"]}}),
                  agent({"cpu_util": metric("1", "2", "msec", 0)}, {"cpu_util": {}}),
                  agent({"x": metric("1.5", None, "bytes")}, {}), agent({"x": metric("much", None, "bytes")}, {}),
                  agent({"x": metric("hot", None, "Celsius")}, {}), agent({"x": metric("fast", None, "bps")}, {}),
                  agent({"x": metric("1", "much", "bytes")}, {}), agent({"x": metric(None, None, "bytes")}, {}),
                  agent({"x": {"current": "1"}}, {}), agent({"x": 5}, {}), agent({"x": None}, {}),
                  agent({"cpu_util": metric("1", "2", "msec", "3.5")}, {}), agent({"mem": UNITS["mem"]}, {"mem": None}),
                  '{"node": {}}', '{"devices": {}}', {"node": UNITS, "devices": {"mem": {"root": UNITS["mem"]}}}],
    "GroupList": [*ODD, [{"id": 1, "name": "default"}], [{"name": "한글"}, {"name": "b, c"}], [{"name": ""}], [{"name": None}, {"name": "b"}],
                  [{"id": 1}], [None]],
    "InlineRouting": [*ODD, [{"status": "HEALTHY"}], [{"status": "b"}, {"status": "한"}, {"status": "B"}, {"status": "b"}],
                      [{"status": None}], [{"status": None}, {"status": "a"}], [{"routing_id": 1}], [None]],
    "KernelStat": [*ODD, *LOADS, *NOT_JSON,
                   text({"cpu_used": metric("1.5", None, "msec"), "a_rather_long_name": "x", "한글": None, "l": ["\n"]}),
                   '{"a": 0.1, "b": "two\\nlines"}', {"cpu_used": "1"}],
    "NestedObject": [*ODD, [{"id": "1", "slots": '{"cpu": "1"}'}, {"id": "2", "status": []}], [None]],
    "ContainerList": [*ODD, [container()], [container(status="RUNNING", status_data='{"a": {"b": [1]}}', cluster_idx=0, image="한",
                                                      live_stat='{"cpu": {"current": "1"}, "mem": 2}', preopen_ports=[80, 443],
                                                      occupied_slots='{"cpu": "1", "mem": "1024"}', last_stat="{}",
                                                      resource_opts='{"shmem": 64}', status_info="\n \nx\n")],
                      [container(id="a"), container(id="b", cluster_role="sub")], [container(id=None, occupied_slots=None)],
                      [container(status="\x1b[0m")], [{"id": "1", "status": "UP", "agent": "i-1"}], [container(more=[1], id="1")], [None]],
    "DependencyList": [*ODD, [{"name": "first", "id": "1"}], [{"name": "한", "id": "1"}, {"name": None, "id": None}], [{"id": "1"}], ["x"],
                       [{"name": "n", "id": "1", "status": "two\nlines", "slots": "{}", "occupied_slots": '{"mem": "2048"}'}]],
    "ImageObject": [*ODD, {"name": "cr.backend.ai/stable/python"}, {"name": "한"}, {"name": None}, {"name": ""},
                    {"id": 1}],
}


def case(name: str, value: object) -> dict:
    formatter, subfields = FORMATS[name]
    field = FieldSpec("field", subfields=subfields or FieldSet([]))
    found = {"format": name, "input": json.loads(text(value))}
    # A formatter may change what it was given.
    for kind in ("console", "json"):
        try:
            shown = getattr(formatter, f"format_{kind}")(json.loads(text(value)), field)
            json.dumps(shown, allow_nan=False, ensure_ascii=False).encode()  # what is no JSON is no answer
            found[kind] = shown
        except Exception as error:
            found[f"{kind}_error"] = type(error).__name__
    return found


def titles() -> list[dict]:
    found = []
    for name, fieldset in vars(fields).items():
        if not isinstance(fieldset, FieldSet):
            continue
        for alt_name, spec in fieldset.items():
            if alt_name != spec.alt_name:  # the same once more, under its text
                continue
            field = spec.field_ref.partition(" ")[0]
            made = FieldSpec(field).humanized_name == spec.humanized_name
            found.append({"set": name, "field": field, "title": spec.humanized_name, "by_hand": not made})
    return found


def lines(items: list[dict]) -> str:
    return ",\n".join(json.dumps(item) for item in items)


cases = [case(name, value) for name in FORMATS for value in INPUTS[name]]
print(f'{{"cases": [\n{lines(cases)}\n],\n"titles": [\n{lines(titles())}\n]}}')
