"""Whether a text is what its task asks for, told without llguidance."""

from formal_envs.ludii import GameError
from formal_envs.ludii.language.checker import check_as
from formal_envs.rewards import ArithmeticReward
from formal_envs.tasks.game.recomposed import recompose


def is_sentence(name, task, prompt, completion):
    """By the judges of each task, which know nothing of llguidance."""
    if name == "Arith":
        return ArithmeticReward().score(prompt, completion).parts["well_formed"] == 1
    if name == "Grammar":
        return task.language.accepts(prompt + completion if task.continues else completion)
    game = recompose(prompt, completion)
    try:
        check_as(game.text, "game")
    except GameError:
        return False
    return game.closed
