"""A position as an array of pixels, for videos and for what knows no other pictures: NumPy alone draws it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formal_envs.ludii.play.hidden import Seen
from formal_envs.ludii.play.program import State
from formal_envs.playing.planes import PlaneLayout

CELL = 24  # pixels of a site, each way
_GROUND, _FIELD, _UNSEEN = (251, 248, 242), (226, 214, 190), (128, 128, 128)
_OWNERS = ((150, 150, 150), (250, 250, 250), (40, 40, 40), (200, 60, 50), (50, 100, 190), (60, 150, 80), (220, 170, 40))


def position_pixels(position: State | Seen, layout: PlaneLayout) -> NDArray[np.uint8]:
    """(height, width, 3): a square for each site at its place, row 0 at the bottom, and a disc for each piece.

    Discs have their owners' colours, and in the middle a dot that is larger for each further kind of piece.
    """
    _, rows, columns = layout.shape
    picture = np.empty((rows * CELL, columns * CELL, 3), np.uint8)
    picture[:] = _GROUND
    axis = (np.arange(CELL) + 0.5) / CELL - 0.5
    distance = np.hypot(axis[:, None], axis[None, :])  # (CELL, CELL) from the middle, in cells
    bytecode = position.bytecode if isinstance(position, Seen) else position.program.bytecode
    n_dice, most = len(bytecode.dice), len(bytecode.components)
    for site, place in enumerate(layout.site_place):
        if place is None:
            continue
        top, left = (rows - 1 - place[0]) * CELL, place[1] * CELL
        cell = picture[top : top + CELL, left : left + CELL]
        cell[1:-1, 1:-1] = _FIELD
        what, who = int(position.what[site]), int(position.who[site])
        if what:
            cell[distance < 0.4] = _UNSEEN if what < 0 or who < 0 else _OWNERS[who % len(_OWNERS)]
            cell[distance < 0.3 * max(what - n_dice, 0) / most] = _UNSEEN
    return picture
