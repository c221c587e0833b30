"""A real Backend.AI manager for the tests, on loopback: run by `up`, `down`, `seed` and `fill` in this folder.

MANAGER_HOME       folder for everything (default: backendai-manager-tests in the user's cache folder)
MANAGER_PORT_BASE  first of nine ports   (default: 19430, or the next free block)
MANAGER_VENV       an existing venv with the manager
MANAGER_PYTHON     the CPython to create the venv with: 3.13, or 3.12 before manager 25.6
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time

import accounts
import install
import live
import services
from home import SOURCE, Failure, Home, say
from process import Processes

# In the order of their dependencies.
ORDER = ("postgres", "redis", "etcd", "manager", "webserver")


def up(home: Home, arguments: argparse.Namespace) -> None:
    began = time.monotonic()
    home.lay_out()
    home.choose_version(arguments.version or home.version or install.NEWEST)
    home.workers = arguments.processes
    processes = Processes(home)
    webserver = arguments.webserver or processes.alive("webserver")
    install.servers(home)
    install.manager(home, webserver)
    with home.choosing():
        home.choose_ports(processes.any_alive())

        # A list, because all three must be started.
        restart = any([ensure(name, home, processes) for name in ORDER[:3]])
        restart |= services.configure(home)
        restart |= prepare(home, processes)
        ensure("manager", home, processes, restart)
        if webserver:
            ensure("webserver", home, processes, services.configure_webserver(home) or restart)
    services.forget_rates(home)
    write_env(home, webserver)
    say(f"ready after {time.monotonic() - began:.0f} s; {home.env} has:")
    print(home.env.read_text(), end="", flush=True)


def ensure(name: str, home: Home, processes: Processes, restart: bool = False) -> bool:
    """Starts the service unless it runs, and waits until it is ready; returns whether it was started."""
    starting = restart or not processes.alive(name)
    if starting:
        processes.stop(name)  # workers of a killed leader hold its port
        say(f"starting {name}")
    getattr(services, name)(home, processes)
    return starting


def prepare(home: Home, processes: Processes) -> bool:
    """Creates the database again unless it exists with exactly these accounts; returns whether it did."""
    fixture = json.dumps(accounts.fixture(), indent=1)
    relations = SOURCE / "relations.sql"
    content = f"{home.version}\n{fixture}\n{relations.read_text()}"
    wanted = hashlib.sha256(content.encode()).hexdigest()
    stamp = home.data / "database"
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    say("making the database")
    stamp.unlink(missing_ok=True)
    processes.stop("webserver")
    processes.stop("manager")
    services.sql(home, "drop database if exists backend with (force)", "create database backend", database="postgres")
    (home.conf / "fixture.json").write_text(fixture)
    command = [home.python, SOURCE / "prepare.py", *(home.conf / name for name in
               ("manager.toml", "alembic.ini", "fixture.json", "presets"))]
    install.run(home, "prepare", command, services.NO_DOCKER, cwd=home.conf)
    # Older managers read which key is the default from a column, and membership from a column or from associations.
    if services.sql(home, "select to_regclass('virtual_entities')"):
        services.sql(home, relations, one_transaction=True)
    else:
        services.sql(home, "update users set main_access_key = access_key from keypairs "
                     "where \"user\" = uuid and keypairs.resource_policy = 'default'")
        if services.sql(home, "select to_regclass('association_scopes_entities')"):
            services.sql(home, "insert into association_scopes_entities (scope_type, scope_id, entity_type, entity_id) "
                         "select 'project', group_id, 'user', user_id from association_groups_users")
    stamp.write_text(wanted)
    return True


def write_env(home: Home, webserver: bool) -> None:
    env = {"BACKEND_ENDPOINT": f"http://{services.LOOPBACK}:{home.port('manager')}", **accounts.environment()}
    if webserver:
        env["BACKEND_WEBSERVER_ENDPOINT"] = f"http://{services.LOOPBACK}:{home.port('webserver')}"
    env["BACKENDAI_OFFICIAL_PYTHON"] = str(home.python)
    env["MANAGER_HOME"] = str(home.root)
    home.env.write_text("".join(f"export {name}='{value}'\n" for name, value in env.items()))


def down(home: Home, arguments: argparse.Namespace) -> None:
    processes = Processes(home)
    for name in reversed(ORDER):
        processes.stop(name)
    home.env.unlink(missing_ok=True)
    if arguments.wipe:
        for entry in home.root.iterdir():
            if entry.is_dir() and entry.name != "venv":
                shutil.rmtree(entry)
        home.forget_version()
        say(f"removed the data under {home.root}; what is installed stays")


def seed(home: Home, arguments: argparse.Namespace) -> None:
    if not Processes(home).alive("postgres"):
        raise Failure("the database does not run: run up first")
    began = time.monotonic()
    if arguments.clear:
        services.sql(home, SOURCE / "clear.sql", one_transaction=True)
        services.sql(home, *(f"vacuum analyze {table}" for table in
                     ("users", "keypairs", "virtual_entities", "entity_memberships", "scope_bindings")))
    elif arguments.count:
        services.sql(home, SOURCE / "seed.sql", SOURCE / "relations.sql", one_transaction=True,
                     variables={"count": arguments.count})
    if arguments.list:
        print(services.sql(home, "select access_key from keypairs order by access_key"))
        return
    counts = "count(*) filter (where access_key like 'SEED%') || ' seeded of ' || count(*)"
    print(services.sql(home, f"select {counts} from keypairs"), f"keypairs, {time.monotonic() - began:.1f} s")


def fill(home: Home, arguments: argparse.Namespace) -> None:
    if not Processes(home).alive("postgres"):
        raise Failure("the database does not run: run up first")
    files = [SOURCE / "fill-clear.sql"]
    if arguments.clear:
        live.clear(home)
    else:
        files += [SOURCE / name for name in ("fill.sql", "fill-many.sql", "fill-relations.sql")]
        live.fill(home)
    services.sql(home, *files, one_transaction=True, variables={"count": arguments.many})
    say("the filled rows are gone" if arguments.clear else "filled")


def sql(home: Home, arguments: argparse.Namespace) -> None:
    print(services.sql(home, arguments.query))


def etcd(home: Home, arguments: argparse.Namespace) -> None:
    services.set_key(home, arguments.key, arguments.value)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/manager", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="up|down|seed|fill|sql|etcd")
    command = commands.add_parser("up", help="install missing programs and start what is not running")
    command.add_argument("--version", help=f"of the manager (default: {install.NEWEST}); each needs its own MANAGER_HOME")
    command.add_argument("--webserver", action="store_true", help="with the webserver, for logins by password")
    command.add_argument("--processes", type=int, default=1, metavar="N", help="processes of the manager (default: 1)")
    command.set_defaults(run=up)
    command = commands.add_parser("down", help="stop what up started")
    command.add_argument("--wipe", action="store_true", help="remove the data too")
    command.set_defaults(run=down)
    command = commands.add_parser("seed", help="write keypairs with users directly into the database")
    what = command.add_mutually_exclusive_group()
    what.add_argument("count", nargs="?", type=int, default=0, help="number of keypairs that must exist")
    what.add_argument("--clear", action="store_true", help="remove all seeded ones")
    what.add_argument("--list", action="store_true", help="print every access key of the database")
    command.set_defaults(run=seed)
    command = commands.add_parser("fill", help="write agents, sessions, folders and so on straight into the database")
    command.add_argument("--clear", action="store_true", help="remove them")
    command.add_argument("--many", type=int, default=0, metavar="N", help="with N more rows of each list, for pagination")
    command.set_defaults(run=fill)
    command = commands.add_parser("sql", help="print the rows of a query of the database")
    command.add_argument("query")
    command.set_defaults(run=sql)
    command = commands.add_parser("etcd", help="set a key of the manager in etcd, or remove it")
    command.add_argument("key", help="such as config/plugins/hook/totp/forced")
    command.add_argument("value", nargs="?", help="without one the key is removed")
    command.set_defaults(run=etcd)
    return parser.parse_args(arguments)


def main() -> int:
    arguments = parse(sys.argv[1:])
    home = Home()
    try:
        with home.lock():
            arguments.run(home, arguments)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
