"""The engine's random numbers once more, in Python: xoshiro256** seeded by splitmix64, and Lemire's method."""

U64 = (1 << 64) - 1


class EngineRandom:
    """What the engine chooses the moves of a random game with."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & U64
            z = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & U64
            z = (z ^ z >> 27) * 0x94D049BB133111EB & U64
            self.state.append(z ^ z >> 31)

    def next(self):
        """64 bits."""
        s = self.state
        result = rotated(s[1] * 5 & U64, 7) * 9 & U64
        shifted = s[1] << 17 & U64
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotated(s[3], 45)
        return result

    def below(self, n):
        """A number of 0 .. n - 1."""
        while True:
            product = (self.next() >> 32) * n
            if product & 0xFFFFFFFF >= (1 << 32) % n:
                return product >> 32


def rotated(x, k):
    return (x << k | x >> (64 - k)) & U64


def seed_of_game(seed, index):
    """Of the random games that one call of the engine plays."""
    return (seed + index * 0xD1342543DE82EF95) & U64
