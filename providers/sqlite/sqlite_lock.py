"""The fault sqlite_lock: somebody holds the database, and nobody else can write."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import provider_pb2 as wire
from provider import UNKNOWN, Problem

MODES = {"write": "BEGIN IMMEDIATE", "all": "BEGIN EXCLUSIVE"}
EFFECTS = {"write": "writes", "all": "all access"}


def hold(path, mode, identity, deadline):
    """A process that holds the lock until the deadline. The kernel takes the lock from it when it is killed."""
    connection = sqlite3.connect(path, timeout=max(0.0, float(deadline) - time.time()), isolation_level=None)
    connection.execute(MODES[mode])
    print("held", flush=True)
    ended = signal.sigtimedwait([signal.SIGTERM], max(0.0, float(deadline) - time.time()))
    connection.execute("ROLLBACK")
    return 0 if ended is None or ended else 1


def holders(identity):
    """The processes that hold the lock of a fault: those of this program, whose arguments have its id."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):  # it has ended
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if b"hold" in words and identity.encode() in words:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] != "Z":
                        found.append(int(entry))
    return found


class Lock:
    name = "sqlite_lock"
    capabilities = [wire.CAPABILITY_SUMMARIZE]
    schema = wire.Block(description="Holds the lock of an SQLite database.", attributes=[
        wire.Attribute(name="database", kind="string", required=True, description="File of the database, an absolute path.", example='"/var/lib/shop/shop.db"'),
        wire.Attribute(name="mode", kind="string", default=b"\xa5write", one_of=["write", "all"],
                       description="write: nobody else can write. all: nor read, unless the database is in WAL mode."),
    ])

    def summary(self, config):
        return f"{config.get('mode')} lock of {config.get('database')}"

    def plan(self, config, request):
        against = EFFECTS.get(config["mode"], "what a mode says that is known only at apply")
        plan = wire.FaultPlan(
            effect=f"holds a lock against {against}", radius=["whoever uses the database"],
            undo="ends the process that holds the lock", guard="the process that holds the lock, at the deadline; the kernel, when it is killed")
        path = config["database"]
        if path is UNKNOWN:
            plan.unknown = "database is known only when the run is applied"
            return plan
        try:
            status = os.stat(path)
        except OSError as error:
            raise Problem("Cannot read the database", f"{error.strerror}. Expected an SQLite database at {path}.", "database") from error
        plan.targets.append(wire.Target(kind="database", name=path, uid=f"{status.st_dev}:{status.st_ino}"))
        plan.eligible = plan.population = 1
        return plan

    def prepare(self, config, request):
        return {"database": config["database"], "mode": config["mode"]}

    def inject(self, record, config):
        undo = json.loads(record.undo)
        if holders(record.id):
            return
        process = subprocess.Popen(
            [sys.executable, sys.argv[0], "hold", undo["database"], undo["mode"], record.id, str(record.deadline.ToNanoseconds() / 1e9)],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]))
        if process.stdout.readline() != b"held\n":
            raise OSError(f"the lock of {undo['database']} could not be had: the process that was to hold it ended with {process.wait()}")

    def observe(self, record):
        undo = json.loads(record.undo)
        if not holders(record.id):
            return wire.Observation(state=wire.Observation.STATE_ABSENT)
        connection = sqlite3.connect(undo["database"], timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return wire.Observation(state=wire.Observation.STATE_UNKNOWN, error=str(error))
            return wire.Observation(state=wire.Observation.STATE_ACTIVE, evidence=[
                wire.Fact(name="refused", text=f"a transaction was refused: {error}", value=1, unit="transactions")])
        finally:
            connection.close()
        return wire.Observation(state=wire.Observation.STATE_PARTIAL, detail="a process waits for the lock")

    def revert(self, record):
        deadline = time.time() + 10
        while found := holders(record.id):
            for process in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGTERM if time.time() < deadline - 8 else signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass
            if time.time() > deadline:
                raise OSError(f"processes {found} hold the lock and do not end")
            time.sleep(0.005)
