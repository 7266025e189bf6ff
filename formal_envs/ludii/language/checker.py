"""Give every form of a game its type: match arguments with the parameters of signatures."""

from __future__ import annotations

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.diagnosis import Failure, diagnose
from formal_envs.ludii.language.names import check_names
from formal_envs.ludii.language.parameter_types import MAX_DIGITS, MAX_INT, ParameterType, parameter_type
from formal_envs.ludii.language.syntax import Form, parse
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node, Signature
from formal_envs.ludii.raw.expansion import Expansion, expand


def check(text: str | Expansion) -> Call:
    """The typed tree of the game that ``text`` describes, raw or expanded; its places are those of the expanded text.

    Raises:
        GameError: stage "syntax", "types" or "names".
    """
    source = expand(text)
    try:
        game = Matcher(source.text).typed(parse(source.text), "description")
        check_names(game, source.text)
    except GameError as error:
        raise source.located(error) from None
    return game


def check_as(text: str, type_name: str) -> Call:
    """The typed tree of a ludeme of the given type, such as ``graph``, on its own; its names are not looked at."""
    return Matcher(text).typed(parse(text), type_name)


class Matcher:
    """Matches the forms of one text; remembers what each form is as each type, so that no form is matched twice.

    A form may fit none of the places that are tried for it. The failures that lie furthest on in the text are kept, as
    they are the ones that the text is about; diagnosis.py puts them in words.
    """

    def __init__(self, text: str):
        self.text = text
        self.seen: dict[tuple[int, ParameterType], Call | None] = {}
        self.furthest = -1
        self.failures: list[Failure] = []

    def typed(self, form: Form, type_name: str) -> Call:
        """The typed tree of the outermost form, a ludeme."""
        node = self.ludeme(form, parameter_type(type_name))
        if node is None:
            raise diagnose(self.text, self.furthest, self.failures)
        return node

    def match(self, form: Form, type_: ParameterType) -> Node | None:
        """``form`` as a value of the type; None where it is not one."""
        kind = form.type
        if kind == "OPEN":
            key = form.start_pos, type_
            if key not in self.seen:
                self.seen[key] = self.ludeme(form, type_)
            return self.seen[key]
        start, end = form.start_pos, form.end_pos
        if kind == "WORD":
            found = type_.words.get(form.value) or type_.words.get(form.value[0].upper() + form.value[1:])
            if found:
                return Leaf(found[0], found[1], start, end)
        elif kind == "STRING":
            if type_.strings:
                return Leaf("string", form.value[1:-1], start, end)
        elif kind == "INT":
            if type_.ints and len(form.value) <= 11 and -MAX_INT <= int(form.value) <= MAX_INT:
                return Leaf("int", int(form.value), start, end)
            if type_.floats and not type_.ints and len(form.value) <= MAX_DIGITS:
                return Leaf("float", float(form.value), start, end)
        elif kind == "FLOAT":
            if type_.floats and len(form.value) <= MAX_DIGITS:
                return Leaf("float", float(form.value), start, end)
        elif type_.element:
            return self.array(form, type_.element)
        self.fail(start, Failure("type", form, type_, None))
        return None

    def array(self, form: Form, element: ParameterType) -> Array | None:
        """An array, each item of the type ``element``."""
        items = []
        for item in form.items:
            if item.label:
                self.fail(item.start_pos, Failure("label", item, element, None))
                return None
            node = self.match(item, element)
            if node is None:
                return None
            items.append(node)
        return Array(tuple(items), element.name, form.start_pos, form.end_pos)

    def ludeme(self, form: Form, type_: ParameterType) -> Call | None:
        """A ludeme, by the first of the signatures of its name and selector that takes its arguments."""
        selectors = type_.selectors(form.value)
        if selectors is None:
            self.fail(form.start_pos, Failure("type", form, type_, None))
            return None
        items = form.items
        if items and items[0].type == "WORD" and items[0].label is None:
            word = items[0].value
            for signature in selectors.get(word) or selectors.get(word[0].upper() + word[1:]) or ():
                args: list[Node | None] = [None] * len(signature.params)
                if self.fill(signature, args, form, 1, 0):
                    return Call(signature, tuple(args), form.start_pos, form.end_pos)
        for signature in selectors.get(None, ()):
            args = [None] * len(signature.params)
            if self.fill(signature, args, form, 0, 0):
                return Call(signature, tuple(args), form.start_pos, form.end_pos)
        place = items[0].start_pos if items else form.end_pos - 1
        self.fail(place, Failure("selector", form, type_, None))
        return None

    def fill(self, signature: Signature, args: list[Node | None], form: Form, index: int, position: int) -> bool:
        """Match items from ``index`` on with the signature's positions from ``position`` on; True where all fit."""
        items, params, positions = form.items, signature.params, signature.positions
        item = items[index] if index < len(items) else None
        while position < len(positions):
            slots = positions[position]
            position += 1
            if item is not None:
                for slot in slots:
                    param = params[slot]
                    if param.label == item.label:
                        node = self.match(item, parameter_type(param.type))
                        if node is not None and self.fill(signature, args, form, index + 1, position):
                            args[slot] = node
                            return True
            if not params[slots[0]].optional:
                break
        else:
            if item is None:
                return True
        if item is None:
            self.fail(form.end_pos - 1, Failure("missing", form, None, signature, position - 1))
        else:
            self.fail(item.start_pos, Failure("extra", item, None, signature))
        return False

    def fail(self, place: int, failure: Failure) -> None:
        """Keep a failure if none lies further on."""
        if place > self.furthest:
            self.furthest = place
            self.failures = []
        if place == self.furthest:
            self.failures.append(failure)
