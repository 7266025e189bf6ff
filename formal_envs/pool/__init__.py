"""A reward scored by several processes: one that is killed is replaced, and its texts are scored again.

``concurrent.futures`` and loky have pools of processes. There a worker that is killed breaks the pool, and with it all
that waits; nobody knows which item it had; workers outlive a parent that is killed; and where processes are not forked
each runs the user's script again. So this one shares texts out among ``sandbox.Child``, multiprocessing's processes
with a connection of their own, which end with their parent.
"""

from formal_envs.pool.pool import ScoringPool
from formal_envs.pool.worker import processors

__all__ = ["ScoringPool", "processors"]
