"""Which process of a run is gone: connections between the processes that say so, apart from torch's own.

gloo notices a lost connection and not whose it was, NCCL may wait for minutes, and both notice only where a process
waits for the others, which one that scores does not.
"""

from __future__ import annotations

import os
import secrets
import selectors
import socket
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any

import torch
from torch import distributed

from formal_envs.errors import FormalEnvError

_NAMED_WITHIN = 5.0  # seconds in which the others hear of a loss
_GRACE = 20.0  # seconds until a process ends that does not come to see the loss for itself
_DONE = "done"
_LINE = 1024  # bytes, at most
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}  # a machine that is gone is noticed in 30 s


class ProcessLost(FormalEnvError):
    """Another process of the run was killed, or failed."""

    def __init__(self, who: str):
        super().__init__(
            f"{who} of this run is gone: it was killed, or it failed and has said why. The run goes on from its last "
            "checkpoint with --resume, when all of its processes are started again"
        )


class Watch:
    """Each process holds a connection to the first one, which tells the others who is gone.

    A connection ends with its process, however that goes. In one process it does nothing. As a context it says of an
    error in it whether another process is the reason. A process that has closed its watch is not missed by the others.

    Args: rank, count, of this process and of all; where there are several, torch's process group is there.
    """

    def __init__(self, rank: int, count: int):
        self._lost = ""
        self._found, self._closed = threading.Event(), threading.Event()
        self._peers: dict[socket.socket, str] = {}
        if count == 1:
            return
        self._name = f"process {rank} of {count} ({socket.gethostname()}, pid {os.getpid()})"
        self._server = _listen() if rank == 0 else None
        port = self._server.getsockname()[1] if self._server else 0
        words = secrets.token_hex(), secrets.token_hex()
        told = [(socket.gethostname(), port, words, self._name)]
        distributed.broadcast_object_list(told)
        host, port, (self._greeting, self._answer), first = told[0]  # by which both ends know each other
        if rank > 0:
            self._connect((os.environ.get("MASTER_ADDR", host), host), port, first)
        self._wake, self._woken = socket.socketpair()
        os.register_at_fork(after_in_child=self._let_go)  # a fork would keep the connections open
        self._thread = threading.Thread(target=self._watch, name="watch of processes", daemon=True)
        self._thread.start()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.name(error)
        finally:
            if error is not None:
                self._end()

    def close(self) -> None:
        """Tell the others that this process is done."""
        for peer in self._peers:
            with suppress(OSError):
                _say(peer, _DONE)
        self._end()

    def name(self, error: BaseException | None) -> None:
        """Raise a ProcessLost from what torch has raised, where that is because another process is gone."""
        own = not isinstance(error, RuntimeError) or isinstance(error, torch.cuda.OutOfMemoryError)
        if not own and self._peers and self._found.wait(_NAMED_WITHIN):
            raise ProcessLost(self._lost) from error

    def _connect(self, hosts: tuple[str, ...], port: int, name: str) -> None:
        """Connect to the first process under one of its names; where there is no way, say so and go without."""
        for host in dict.fromkeys(hosts):
            with suppress(OSError):
                peer = socket.create_connection((host, port), timeout=60)
                if _hear(peer, 60.0) == self._greeting:
                    _say(peer, f"{self._answer} {self._name}")
                    self._hold(peer, name)
                    return
                peer.close()
        print(f"{self._name} has no connection to {name}: no process will be told which one was lost", file=sys.stderr)

    def _accept(self, server: Any) -> socket.socket | None:
        """The connection of another process, which says who it is; None where it is somebody else's."""
        peer: socket.socket = server.accept()[0]
        with suppress(OSError):
            _say(peer, self._greeting)
            answer, _, name = _hear(peer).partition(" ")
            if secrets.compare_digest(answer.encode(), self._answer.encode()) and name:
                self._hold(peer, name)
                return peer
        peer.close()
        return None

    def _hold(self, peer: socket.socket, name: str) -> None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            if hasattr(socket, option):
                peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._peers[peer] = name

    def _watch(self) -> None:
        """What the thread does until the watch is closed or somebody is gone."""
        with selectors.DefaultSelector() as selector:
            for held in (self._woken, self._server, *self._peers):
                if held is not None:
                    selector.register(held, selectors.EVENT_READ)
            while not self._closed.is_set() and not self._lost:
                for key, _ in selector.select():
                    readable: Any = key.fileobj
                    if readable is self._server:
                        peer = self._accept(key.fileobj)
                        if peer is not None:
                            selector.register(peer, selectors.EVENT_READ)
                    elif readable in self._peers:  # it speaks once
                        selector.unregister(readable)
                        self._take_in(readable)
        if self._lost and not self._closed.wait(_GRACE):
            print(f"Error: {ProcessLost(self._lost)}", file=sys.stderr, flush=True)
            os._exit(1)

    def _take_in(self, peer: socket.socket) -> None:
        """Take in what another process says: that it is done, who is gone, or nothing because it is gone itself."""
        said = ""
        with suppress(OSError):
            said = _hear(peer)
        if said == _DONE or self._lost:
            return
        self._lost = said or self._peers[peer]
        if distributed.get_backend() == "nccl":  # which may end this process before it says so
            print(ProcessLost(self._lost), file=sys.stderr, flush=True)
        for other in self._peers if self._server else ():
            with suppress(OSError):
                _say(other, self._lost)
        self._found.set()

    def _end(self) -> None:
        if self._closed.is_set() or not hasattr(self, "_thread"):
            return
        self._closed.set()
        self._wake.send(b"-")
        self._thread.join()
        self._let_go()

    def _let_go(self) -> None:
        """Close the connections of this process."""
        for held in (self._server, self._wake, self._woken, *self._peers):
            if held is not None:
                held.close()


def _say(peer: socket.socket, line: str) -> None:
    peer.sendall(f"{line}\n".encode())


def _hear(peer: socket.socket, within: float = 5.0) -> str:
    """One line, however its bytes arrive, and nothing of the next one; "" at the end of the connection.

    Raises:
        TimeoutError: it takes longer than so many seconds in all.
    """
    end, line = time.monotonic() + within, b""
    while not line.endswith(b"\n") and len(line) < _LINE:
        peer.settimeout(max(end - time.monotonic(), 1e-3))
        byte = peer.recv(1)
        if not byte:
            break
        line += byte
    return line.decode("utf-8", "replace").rstrip("\n")


def _listen() -> socket.socket:
    """A port of all addresses of this machine."""
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", 0))
