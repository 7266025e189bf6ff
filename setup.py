"""Puts the compiled game engine into wheels. All else about the package is in pyproject.toml.

Where the engine does not compile (there is no compiler, as a rule) the wheel is one of Python alone, and the engine is
compiled at first use, as it is from a checkout.
"""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
ENGINE = "formal_envs/ludii/engine"


def engine_module(name):
    """A module of the engine. Its packages' own code is not run: it needs more than is installed to build a wheel."""
    for package in ("formal_envs", "formal_envs.ludii", "formal_envs.ludii.engine", "formal_envs.ludii.language"):
        spec = spec_from_file_location(package, ROOT.joinpath(*package.split("."), "__init__.py"))
        sys.modules[package] = module_from_spec(spec)
    return importlib.import_module(f"formal_envs.ludii.engine.{name}")


class BuildWithEngine(build_py):
    """Copies the modules, and puts the engine's library beside its sources."""

    has_engine = False

    def run(self):
        """Do so, but for an editable install, whose sources change."""
        super().run()
        if self.editable_mode:
            return
        native, build = engine_module("library"), engine_module("build")
        folder = Path(self.build_lib, ENGINE)
        for old in folder.glob("engine-*"):
            old.unlink()
        try:
            library = build.compile_engine(native.sources())
        except build.ConfigError as error:
            self.warn(f"this wheel has no game engine; it is compiled at first use. {error}")
            return
        folder.joinpath(build.shipped_name(native.sources())).write_bytes(library)
        self.has_engine = True


class WheelWithEngine(bdist_wheel):
    """A wheel for any Python 3 of this platform (ctypes needs no ABI), or for any platform where it has no engine."""

    def run(self):
        """Build first: the wheel's name and layout depend on whether there is an engine."""
        self.run_command("build_py")
        if self.get_finalized_command("build_py").has_engine:
            self.root_is_pure = False
            self.distribution.has_ext_modules = lambda: True
        super().run()

    def get_tag(self):
        """The platform's tag without Python's."""
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"build_py": BuildWithEngine, "bdist_wheel": WheelWithEngine})
