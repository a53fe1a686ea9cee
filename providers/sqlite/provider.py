"""gameday's plugin protocol, version 1, for providers of faults and probes."""

import base64
import contextlib
import datetime
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
import uuid
from concurrent import futures

import grpc
import msgpack
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import provider_pb2 as wire

COOKIE = ("GAMEDAY_PLUGIN", "c2f6f5a3-experiments-as-code")
log = logging.getLogger("provider")

WORKERS = 64  # calls that are answered at a time
SAMPLES = 32  # of them, that measure: a target that hangs keeps these, and leaves the others to who looks, undoes, or asks whether this lives


class Problem(Exception):
    """What is wrong with a configuration, with the attribute that is to blame."""

    def __init__(self, summary, detail, attribute=None):
        super().__init__(summary)
        path = [wire.Step(attribute=attribute)] if attribute else []
        self.diagnostic = wire.Diagnostic(summary=summary, detail=detail, path=path)


class Unknown:
    """A value that is known only when the run is applied."""

    def __str__(self):
        return "(known only at apply)"


UNKNOWN = Unknown()


def decode(data):
    """A configuration: attributes by name. Unknown values are UNKNOWN."""
    if not data:
        return {}
    return msgpack.unpackb(data, raw=False, ext_hook=lambda code, data: UNKNOWN)


class Ledger:
    """What is in place because of this process. It ends at its deadline, and when gameday is gone."""

    def __init__(self):
        self.lock = threading.Lock()
        self.timers, self.undone, self.turns, self.closing = {}, set(), {}, False

    def turn(self, identity):
        with self.lock:
            return self.turns.setdefault(identity, threading.Lock())

    def inject(self, fault, record, config):
        deadline = record.deadline.ToNanoseconds() / 1e9
        with self.turn(record.id):
            if record.id in self.undone or self.closing:
                raise ValueError("the fault has been reverted already and is not put in place again")
            if time.time() >= deadline:
                raise ValueError("the deadline has passed: nothing is injected after it")
            if record.id not in self.timers:
                timer = threading.Timer(deadline - time.time(), self.revert, (fault, record))
                timer.daemon = True
                timer.start()
                self.timers[record.id] = (timer, fault, record)
            fault.inject(record, config)
            if record.id in self.undone or self.closing:
                fault.revert(record)
                raise ValueError("the fault was reverted while it was put in place")

    def revert(self, fault, record):
        self.undone.add(record.id)
        fault.revert(record)  # an injection that has not returned must not keep it from that
        with self.turn(record.id):
            fault.revert(record)
            timer = self.timers.pop(record.id, None)
            if timer:
                timer[0].cancel()

    def close(self):
        self.closing = True
        for _, fault, record in list(self.timers.values()):
            try:
                self.revert(fault, record)
            except Exception:  # the others are to be reverted, too
                trace()


def trace():
    """Logs the exception that is being handled. Gameday, which reads the log, may have been killed."""
    with contextlib.suppress(OSError):  # a BrokenPipeError then
        traceback.print_exc()


class Server:
    """The service Provider. A method that is not here is answered with UNIMPLEMENTED by gRPC."""

    def __init__(self, name, version, description, faults, probes):
        self.about = wire.DescribeResponse(name=name, version=version, description=description)
        self.faults = {f.name: f for f in faults}
        self.probes = {p.name: p for p in probes}
        for kind, types in ((wire.KIND_FAULT, faults), (wire.KIND_PROBE, probes)):
            for t in types:
                self.about.types.append(wire.Type(kind=kind, name=t.name, schema=t.schema, capabilities=t.capabilities))
        self.ledger, self.handles = Ledger(), {}
        self.samples = threading.BoundedSemaphore(SAMPLES)
        self.came, self.gone = threading.Event(), threading.Event()

    # Life.

    def Describe(self, request, context):
        return self.about

    def Attend(self, request, context):
        self.came.set()
        if not context.add_callback(self.gone.set):  # it is gone already
            self.gone.set()
        yield wire.AttendResponse()
        self.gone.wait()

    def Check(self, request, context):  # of the health service: SERVING
        return b"\x08\x01"

    # Any type.

    def Summarize(self, request, context):
        types = self.faults if request.type.kind == wire.KIND_FAULT else self.probes
        return wire.SummarizeResponse(summary=types[request.type.name].summary(decode(request.config)))

    # Faults.

    def fault(self, name):
        if name not in self.faults:
            raise ValueError(f"the provider {self.about.name} has no fault {name}, but {', '.join(self.faults)}")
        return self.faults[name]

    def PlanFault(self, request, context):
        try:
            plan = self.fault(request.type).plan(decode(request.config), request)
        except Problem as problem:
            return wire.PlanFaultResponse(diagnostics=[problem.diagnostic])
        return wire.PlanFaultResponse(plan=plan)

    def PrepareFault(self, request, context):
        undo = self.fault(request.type).prepare(decode(request.config), request)
        return wire.PrepareFaultResponse(record=wire.Record(
            id=request.id, run=request.run, address=request.address, type=request.type, version=1,
            targets=request.plan.targets, deadline=request.deadline, undo=json.dumps(undo).encode()))

    def read(self, record):
        fault = self.fault(record.type)
        if record.version != 1:
            raise ValueError(f"the record of {record.address} is of version {record.version}, and this provider knows version 1")
        return fault

    def InjectFault(self, request, context):
        self.ledger.inject(self.read(request.record), request.record, decode(request.config))
        return wire.InjectFaultResponse()

    def ObserveFault(self, request, context):
        return wire.ObserveFaultResponse(observation=self.read(request.record).observe(request.record))

    def RevertFault(self, request, context):
        self.ledger.revert(self.read(request.record), request.record)
        return wire.RevertFaultResponse()

    # Probes.

    def OpenProbe(self, request, context):
        handle = uuid.uuid4().hex  # of nothing else, also after a Close, and in another process
        self.handles[handle] = (self.probes[request.type], decode(request.config), request.timeout.ToNanoseconds() / 1e9)
        return wire.OpenResponse(handle=handle)

    def Sample(self, request, context):
        if request.handle not in self.handles:
            context.abort(grpc.StatusCode.NOT_FOUND, f"nothing is open under the handle {request.handle}")
        probe, config, timeout = self.handles[request.handle]
        if not self.samples.acquire(blocking=False):
            return wire.SampleResponse(sample=wire.Sample(lost=True, error=f"not taken: the provider {self.about.name} is taking {SAMPLES} samples already"))
        try:
            return wire.SampleResponse(sample=probe.sample(config, timeout))
        finally:
            self.samples.release()

    def Close(self, request, context):
        self.handles.pop(request.handle, None)
        return wire.CloseResponse()

    def handlers(self):
        service = wire.DESCRIPTOR.services_by_name["Provider"]
        methods = {}
        for method in service.methods:
            run = getattr(self, method.name, None)
            if run is None:
                continue
            request, answer = message(method.input_type), message(method.output_type)
            make = grpc.unary_stream_rpc_method_handler if method.server_streaming else grpc.unary_unary_rpc_method_handler
            methods[method.name] = make(run if method.server_streaming else guarded(run), request.FromString, answer.SerializeToString)
        health = {"Check": grpc.unary_unary_rpc_method_handler(self.Check, bytes, bytes)}
        return (grpc.method_handlers_generic_handler(service.full_name, methods),
                grpc.method_handlers_generic_handler("grpc.health.v1.Health", health))


def message(descriptor):
    return getattr(wire, descriptor.name)


def guarded(run):
    """Makes an exception the error of its call, in its own words."""
    def call(request, context):
        try:
            return run(request, context)
        except (ValueError, OSError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except grpc.RpcError:
            raise
        except Exception as error:
            if context.code() is None:  # not an abort
                trace()
                context.abort(grpc.StatusCode.INTERNAL, f"the provider failed: {error!r}")
            raise
    return call


def certificate():
    """A certificate for this process alone: its private key, itself as PEM, and as DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(minutes=1))
            .not_valid_after(now + datetime.timedelta(days=3650))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, made.public_bytes(serialization.Encoding.PEM), made.public_bytes(serialization.Encoding.DER)


def serve(**about):
    """Serves to the gameday that has started this program, until it is gone."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        print(f"This is gameday's provider {about['name']} {about['version']}. It is not meant to be started by hand: "
              "name it in required_providers, and run gameday init.", file=sys.stderr)
        return 2
    if "1" not in os.environ.get("PLUGIN_PROTOCOL_VERSIONS", "").split(","):
        print("This gameday speaks other versions of the protocol than 1.", file=sys.stderr)
        return 1
    for name in (signal.SIGINT, signal.SIGTERM):  # gameday gets them, and says when to end
        signal.signal(name, lambda *_: None)  # not SIG_IGN, which programs that are started here would inherit
    server = Server(**about)
    private, own, der = certificate()
    credentials = grpc.ssl_server_credentials(
        [(private, own)], root_certificates=os.environ["PLUGIN_CLIENT_CERT"].encode(), require_client_auth=True)
    largest = 256 << 20
    listening = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), options=[
        ("grpc.max_receive_message_length", largest), ("grpc.max_send_message_length", largest)])
    listening.add_generic_rpc_handlers(server.handlers())
    with tempfile.TemporaryDirectory(prefix="gameday-provider-", dir=os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or None) as folder:
        path = os.path.join(folder, "socket")
        listening.add_secure_port("unix:" + path, credentials)
        listening.start()
        print(f"1|1|unix|{path}|grpc|{base64.b64encode(der).decode().rstrip('=')}", flush=True)
        if server.came.wait(timeout=60):  # else gameday was killed before its first call
            server.gone.wait()
        server.ledger.close()
        listening.stop(grace=1).wait()
    return 0
