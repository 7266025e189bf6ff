"""A provider of OpenEnv's validation that runs a package by uvicorn on this machine, in place of its image."""

import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from openenv.validation.types import ProviderCapability

ROOT = Path(__file__).parents[2]


class LocalProvider:
    name = "local"
    capabilities = frozenset({ProviderCapability.IMAGE_BUILD})
    supported_network_modes = frozenset({"public"})

    def build(self, root, execution):
        assert (root / execution.dockerfile).is_file()
        self.root = root
        return f"sha256:{hashlib.sha256(b'').hexdigest()}"

    def start(self, spec):
        return Running(self.root)


class Running:
    """The package's server, once it answers."""

    def __init__(self, root):
        self._log = root.parent / "server.log"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "server.app:app", "--port", "0"],
                cwd=root,
                stdout=log,
                stderr=log,
                env=environment,
            )
        for _ in range(6000):
            found = re.search(r"running on (http://[0-9.:]+)", self.logs())
            if found or self._process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, self.logs()
        self.base_url = found[1]

    def inspect(self):
        return {}

    def logs(self, max_bytes=65536):
        return self._log.read_text()[-max_bytes:]

    def stop(self):
        self._process.kill()
        self._process.wait()
