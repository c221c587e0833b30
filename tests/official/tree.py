"""Prints every command of `backend.ai admin`, one a line."""

import click
from ai.backend.cli.loader import load_entry_points


def walk(group, path):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            walk(command, [*path, name])
        elif not command.hidden:
            print(*path, name)


main = load_entry_points(allowlist={"ai.backend.client.cli", "ai.backend.cli"})
walk(main.get_command(click.Context(main), "admin"), [])
