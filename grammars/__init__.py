"""The languages of the tasks, as Lark grammars: read one with ``importlib.resources.files("grammars")``."""
