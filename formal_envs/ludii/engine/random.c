/* Random numbers: xoshiro256**, seeded by splitmix64. */
#include "random.h"

static u64 rotate_left(u64 x, i32 k) { return x << k | x >> (64 - k); }
u64 random_bits(u64 s[4]) {
    u64 result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotate_left(s[3], 45);
    return result;
}
u64 mixed(u64 *x) {
    u64 z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
void seed_random(u64 generator[4], u64 seed) {
    for (i32 i = 0; i < 4; i++) generator[i] = mixed(&seed);
}
i32 random_below(u64 generator[4], i32 n) { /* Lemire's method: uniform without division, nearly always */
    u64 m = (random_bits(generator) >> 32) * (u64)n;
    if ((u32)m < (u32)n)
        for (u32 least = -(u32)n % (u32)n; (u32)m < least;) m = (random_bits(generator) >> 32) * (u64)n;
    return (i32)(m >> 32);
}
