"""Our own games are played as recorded: what a change of the rules would alter shows here without any outside data."""

import json

import pytest
from golden_games import GAMES, RECORDS, name, record

KNOWN = {line["game"]: line for line in map(json.loads, RECORDS.read_text(encoding="utf-8").splitlines())}


@pytest.mark.parametrize("file", GAMES, ids=name)
def test_a_game_is_played_as_recorded(file):
    assert json.loads(json.dumps(record(file))) == KNOWN[name(file)]


def test_every_record_has_its_game():
    assert sorted(KNOWN) == sorted(map(name, GAMES))
