"""The servers, each with its configuration, its command and its readiness check."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import install
from home import Failure, Home, say
from process import Processes

LOOPBACK = "127.0.0.1"
# The manager creates a Docker client when it starts. No call follows, so no server must listen there.
NO_DOCKER = {"DOCKER_HOST": f"tcp://{LOOPBACK}:9"}
LOGGING = """
[logging]
level = "INFO"
drivers = ["console"]
[logging.pkg-ns]
"" = "WARNING"
"ai.backend" = "INFO"
[logging.console]
colored = false
format = "verbose"
"""


def http(url: str, body: dict | None = None) -> bytes | None:
    data = None if body is None else json.dumps(body).encode()
    # Loopback connections ignore the proxies of the environment.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data), timeout=3) as answer:
            return answer.read()
    except (OSError, urllib.error.URLError):
        return None


# PostgreSQL

def as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so for root it runs as its own user."""
    if os.getuid():
        return []
    switch = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    # A home folder is closed to other users: then that user gets the one capability that gives access. The
    # container determines which of the two can be given.
    for capability in ("", "dac_read_search", "dac_override"):
        allow = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"] if capability else []
        if not subprocess.run([*switch, *allow, "stat", f"{folder}/."], capture_output=True).returncode:
            return [*switch, *allow]
    raise Failure(f"the user postgres cannot reach {folder}: set MANAGER_HOME to a folder that it can reach")


def db_password(home: Home) -> str:
    path = home.conf / "db-password"
    if not path.exists():
        write_private(path, secrets.token_hex(24))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def postgres(home: Home, processes: Processes) -> None:
    binaries, port = install.postgres_bin(), home.port("postgres")
    if not processes.alive("postgres"):
        launch_postgres(home, processes, binaries, port)
    ask = [binaries / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(port)]
    processes.await_ready("postgres", lambda: not subprocess.run(ask).returncode, 60)


def launch_postgres(home: Home, processes: Processes, binaries: Path, port: int) -> None:
    cluster, switch = home.data / "postgres", as_postgres(home.data)
    made = home.data / "postgres-made"
    if not made.exists():
        shutil.rmtree(cluster, ignore_errors=True)
        cluster.mkdir(mode=0o700)
        word = home.data / "postgres-password"
        write_private(word, db_password(home))
        if switch:
            for path in (cluster, word):
                shutil.chown(path, "postgres", "postgres")
        command = [*switch, binaries / "initdb", "-D", cluster, "-U", "backend", f"--pwfile={word}",
                   "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        try:
            install.run(home, "initdb", command, cwd=Path("/"))
        finally:
            word.unlink()
        made.touch()
    # Left by a killed server; its pid may now belong to another process.
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    # Durability is not needed: a broken cluster is wiped.
    settings = {"listen_addresses": LOOPBACK, "port": port, "unix_socket_directories": "", "fsync": "off",
                "synchronous_commit": "off", "full_page_writes": "off"}
    options = [f"--{name}={value}" for name, value in settings.items()]
    processes.launch("postgres", [*switch, binaries / "postgres", "-D", cluster, *options], Path("/"))


def sql(home: Home, *statements: str | Path, database: str = "backend", one_transaction: bool = False,
        variables: dict | None = None) -> str:
    """Runs statements, or files of them, in order; returns the rows as lines."""
    command = [install.postgres_bin() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
               "-h", LOOPBACK, "-p", str(home.port("postgres")), "-U", "backend", "-d", database]
    if one_transaction:
        command.append("--single-transaction")
    for name, value in (variables or {}).items():
        command += ["-v", f"{name}={value}"]
    for statement in statements:
        command += ["-f" if isinstance(statement, Path) else "-c", str(statement)]
    env = {**os.environ, "PGPASSWORD": db_password(home), "PGOPTIONS": "--client-min-messages=warning"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Failure(f"the database refused: {done.stderr.strip()}")
    return done.stdout.strip()


# Redis

def redis_call(home: Home, *commands: str) -> bytes:
    """What Redis answers to the commands; empty when it does not."""
    try:
        with socket.create_connection((LOOPBACK, home.port("redis")), timeout=3) as line:
            line.sendall("".join(f"{command}\r\n" for command in (*commands, "QUIT")).encode())
            return b"".join(iter(lambda: line.recv(4096), b""))
    except OSError:
        return b""


def redis(home: Home, processes: Processes) -> None:
    command = ["redis-server", "--bind", LOOPBACK, "--port", home.port("redis"), "--save", "", "--appendonly", "no"]
    processes.launch("redis", command, home.data)
    processes.await_ready("redis", lambda: redis_call(home, "PING").startswith(b"+PONG"), 15)


def forget_rates(home: Home) -> None:
    """Every `up` begins a fresh window of the rate limit: the manager counts requests in this database."""
    redis_call(home, "SELECT 1", "FLUSHDB")


# etcd

def etcd(home: Home, processes: Processes) -> None:
    client, peer = (f"http://{LOOPBACK}:{home.port(name)}" for name in ("etcd", "etcd_peer"))
    # A member's address is part of its data: other ports need other data.
    folder = home.data / f"etcd-{home.port('etcd')}"
    command = ["etcd", "--name", "only", "--data-dir", folder, "--listen-client-urls", client,
               "--advertise-client-urls", client, "--listen-peer-urls", peer,
               "--initial-advertise-peer-urls", peer, "--initial-cluster", f"only={peer}"]
    processes.launch("etcd", command, home.data)
    processes.await_ready("etcd", lambda: b"true" in (http(f"{client}/health") or b""), 30)
    values = {"config/redis/addr": f"{LOOPBACK}:{home.port('redis')}", "config/system/timezone": "UTC",
              "volumes/_types/user": "", "volumes/_types/group": ""}
    if home.version != install.NEWEST:
        # Older managers do not start without a storage proxy. No server listens there either.
        values |= {"volumes/default_host": "none:none",
                   **{f"volumes/proxies/none/{name}": f"http://{LOOPBACK}:9" for name in ("client_api", "manager_api")},
                   "volumes/proxies/none/secret": "none", "volumes/proxies/none/ssl_verify": "false"}
    for key, value in values.items():
        set_key(home, key, value)


def set_key(home: Home, key: str, value: str | None) -> None:
    """Sets a key of the manager in etcd; without a value removes it. A running manager takes most of them at once."""
    coded = {"key": f"/sorna/local/{key}"} | ({} if value is None else {"value": value})
    coded = {name: base64.b64encode(text.encode()).decode() for name, text in coded.items()}
    what = "deleterange" if value is None else "put"
    if http(f"http://{LOOPBACK}:{home.port('etcd')}/v3/kv/{what}", coded) is None:
        raise Failure(f"etcd did not take {key}; its log is {home.log / 'etcd.log'}")


# The manager

def manager_config(home: Home) -> str:
    address = {name: f'{{ host = "{LOOPBACK}", port = {home.port(name)} }}'
               for name in ("postgres", "etcd", "manager", "internal")}
    # The plugins that are loaded by default, and one-time passwords, for users with an activated one.
    names = [f"ai.backend.manager.{name}" for name in ("network", "plugin.keypair", "plugin.totp")]
    plugins = f"allowed-plugins = {json.dumps(names)}" if home.version == install.NEWEST else ""
    # Tests create hundreds of users, and the usual number of rounds takes half a second for each.
    auth = "[auth]\npassword-hash-rounds = 1000\n" if home.version == install.NEWEST else ""
    return f"""[etcd]
namespace = "local"
addr = {address["etcd"]}
user = ""
password = ""

[db]
type = "postgresql"
addr = {address["postgres"]}
name = "backend"
user = "backend"
password = "{db_password(home)}"

[manager]
num-proc = {home.workers}
id = "i-tests"
service-addr = {address["manager"]}
announce-addr = {address["manager"]}
internal-addr = {address["internal"]}
announce-internal-addr = {address["internal"]}
aiomonitor-termui-port = {home.port("termui")}
aiomonitor-webui-port = {home.port("webui")}
ipc-base-path = "{home.ipc()}"
rpc-auth-manager-keypair = "{home.conf}/manager.key_secret"
user = {os.getuid()}
group = {os.getgid()}
hide-agents = true
{plugins}

{auth}
[docker-registry]
ssl-verify = false
{LOGGING}
[debug]
enabled = false
"""


def configure(home: Home) -> bool:
    """Writes the manager's configuration; true when it is another than before."""
    if not (home.conf / "manager.key_secret").exists():
        make = f"import zmq.auth; zmq.auth.create_certificates({str(home.conf)!r}, 'manager')"
        install.run(home, "keys", [home.python, "-c", make])
    write_private(
        home.conf / "alembic.ini",
        "[alembic]\nscript_location = ai.backend.manager.models:alembic\nsqlalchemy.url = "
        f"postgresql+asyncpg://backend:{db_password(home)}@{LOOPBACK}:{home.port('postgres')}/backend\n",
    )
    return rewrite(home.conf / "manager.toml", manager_config(home))


def rewrite(path: Path, text: str) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    write_private(path, text)
    return True


def manager(home: Home, processes: Processes) -> None:
    command = [home.venv / "bin" / "backend.ai", "mgr", "start-server", "-f", home.conf / "manager.toml"]
    # It refuses more processes than there are processors, which this lets it count.
    processors = str(max(home.workers, os.cpu_count() or 1))
    processes.launch("manager", command, home.root, {**NO_DOCKER, "PYTHON_CPU_COUNT": processors})
    # Not every manager has a health path; the rate limit that this uses up is reset.
    url = f"http://{LOOPBACK}:{home.port('manager')}/{'health' if home.version == install.NEWEST else ''}"
    processes.await_ready("manager", lambda: http(url) is not None, 180)


# The webserver: sessions by password, in front of the manager

def configure_webserver(home: Home) -> bool:
    return rewrite(home.conf / "webserver.toml", f"""[service]
ip = "{LOOPBACK}"
port = {home.port("webserver")}

[api]
domain = "default"
endpoint = "http://{LOOPBACK}:{home.port("manager")}"

[session.redis]
addr = "{LOOPBACK}:{home.port("redis")}"

[security]
cookie_secure = false

[webserver]
ipc-base-path = "{home.ipc()}"
{LOGGING}""")


def webserver(home: Home, processes: Processes) -> None:
    command = [home.venv / "bin" / "backend.ai", "web", "start-server", "-f", home.conf / "webserver.toml"]
    processes.launch("webserver", command, home.root)
    url = f"http://{LOOPBACK}:{home.port('webserver')}/func/ping"
    processes.await_ready("webserver", lambda: http(url) is not None, 60)
