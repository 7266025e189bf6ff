"""What is done in a move, as text: ``Move f12 t20``, a name and letters for what it acts on."""

from __future__ import annotations

import re
from typing import Any

from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import ACTION_RECORD, ACTIONS, HIDDEN
from formal_envs.ludii.language.tree import SITE_TYPES

_SITE = re.compile(r"(?<= )[ft](\d+)([VEC]?)(?= |$)")


def _site(bytecode: Bytecode, site: int) -> str:
    """The number of a site; of one that is not of the board's own type, among its type and with its initial."""
    for name in SITE_TYPES:
        first = bytecode.type_first.get(name, 0)
        if first and first <= site < first + bytecode.board.topologies[name].n:
            return f"{site - first}{name[0]}"
    return str(site)


def squares(bytecode: Bytecode, key: str) -> str:
    """What the sites of a move are called, ``E2-E4`` for ``Move f12 t28``; those of hands by the hand's name."""
    return "-".join(_label(bytecode, match[1], match[2]) for match in _SITE.finditer(key))


def sites_of(bytecode: Bytecode, key: str) -> list[int]:
    """The sites of a move, as a state numbers them."""
    names = {name[0]: name for name in SITE_TYPES}
    return [int(match[1]) + (bytecode.type_first[names[match[2]]] if match[2] else 0) for match in _SITE.finditer(key)]


def _label(bytecode: Bytecode, number: str, initial: str) -> str:
    board, site = bytecode.board, int(number)
    labels = board.topologies[next((name for name in SITE_TYPES if name[0] == initial), board.site_type)].label
    if site < len(labels):
        return labels[site]
    hands = [hand.name for hand in bytecode.containers[1:] if hand.first <= site < hand.first + hand.size]
    return hands[0] if hands else number


#: Fields that an action writes, in order: letter or word, then the name of the field; ``?`` leaves it out at -1.
_FIELDS = {
    "Add": "t:to l:level_to? w:what c:many s:state? r:rotation? v:positive",
    "Insert": "t:to l:level_to? w:what s:state? r:rotation? v:positive",
    "Move": "f:from lf:level_from? t:to lt:level_to? c:chosen s:state? r:rotation? v:positive",
    "MoveAll": "f:from lf:level_from? t:to lt:level_to? s:state? r:rotation? v:positive stack=:true",
    "StackMove": "f:from t:to numLevel=:count",
    "Copy": "f:from lf:level_from? t:to lt:level_to?",
    "Select": "f:from lf:level_from? t:second lt:level_to?",
    "Remove": "t:to l:level_to?",
    "Mark": "t:to l:level_to? applied=:false",
    "Promote": "t:to w:what s:state?",
    "Pass": "forced=:forced",
    "Swap": "p:what q:value",
    "SetCount": "t:to w:what c:count",
    "SetState": "t:to l:level_to? s:state",
    "SetRotation": "t:to r:rotation",
    "SetValue": "t:to l:level_to? v:value",
    "SetScore": "p:what x:value add=:added",
    "SetNextPlayer": "p:what",
    "SetPending": "v:value?",
    "SetVar": "name=:label v:value",
    "SetCounter": "counter=:value",
    "SetTemp": "temp=:value",
    "RememberValue": "name=:label v:value",
    "ForgetValue": "name=:label v:value",
    "SetValueOfPlayer": "p:what v:value",
    "Trigger": "event=:label p:what",
    "Note": "",
    "Propose": "proposition=:label propositionInt=:number",
    "Vote": "vote=:label voteInt=:number",
    "Bet": "p:what bet=:value",
    "SetPot": "pot=:value",
    "StoreState": "",
    "RollDie": "site=:die_site s:state",
    "UseDie": "indexHandDice=:die_hand indexDie=:die_index site=:die_site",
    "SetDiceAllEqual": "value=:truth",
    "SetHidden": "t:to who=:what value=:truth",
}
assert _FIELDS.keys() == set(ACTIONS), "each action of the engine says what it writes"
_NAMED = {name for name, fields in _FIELDS.items() if ":label" in fields}
_WRITTEN = {
    name: [(part.partition(":")[0], part.partition(":")[2].rstrip("?"), part.endswith("?")) for part in fields.split()]
    for name, fields in _FIELDS.items()
}
_WORDS = {"Mark": "Remove", "MoveAll": "Move", "StoreState": "StoreStateInContext", "RollDie": "SetStateAndUpdateDice"}


def action_text(bytecode: Bytecode, record: bytes) -> str:
    """An action as one writes it, ``Move f12 t20``: its name, and letters for what it acts on."""
    kind, _, what, source, to, count, state, rotation, value, name = ACTION_RECORD.unpack(record)
    word = ACTIONS[kind]
    label = re.sub(r"[ ;|*]", "_", bytecode.strings[name]) if name >= 0 and word in _NAMED else None
    values: dict[str, Any] = {
        "from": _site(bytecode, source) if source != -1 else None,
        "to": _site(bytecode, to),
        "second": _site(bytecode, to) if what else None,  # a Select's, where the rules name one
        "what": what,
        "count": count,
        "many": count if count > 1 else None,
        "chosen": count if what or count != 1 else None,  # a Move's count is written where the rules name one
        "state": state,
        "rotation": rotation,
        "value": value,
        "positive": value if value > 0 else None,
        "label": label,
        "added": "true" if count else None,
        "forced": "true" if state == 1 else None,
        "false": "false",
        "true": "true",
        "level_from": name >> 16,
        "level_to": ((name & 0xFFFF) ^ 0x8000) - 0x8000,  # an i16
        "truth": "true" if value == 1 else "false",
    }
    if word in ("RollDie", "UseDie"):
        die = bytecode.dice[what]
        values |= {"die_site": die.site, "die_hand": die.hand, "die_index": die.index}
    elif word in ("Propose", "Vote"):
        values["number"] = bytecode.proposals.index(bytecode.strings[name])
    hidden = HIDDEN[count] if word == "SetHidden" and count else ""
    parts = [_WORDS.get(word, word) + hidden]
    for letter, field, optional in _WRITTEN[word]:
        if values[field] is not None and not (optional and values[field] == -1):
            parts.append(f"{letter}{values[field]}")
    return " ".join(parts)
