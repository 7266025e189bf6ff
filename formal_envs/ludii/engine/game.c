/* What a game keeps. */
#include <stdlib.h>
#include "game.h"

void *keep(Game *g, size_t bytes) { /* zeroed memory that game_free frees */
    Kept *block = (g->kept_bytes += bytes) > MAX_KEPT ? NULL : calloc(1, sizeof(Kept) + bytes);
    if (!block) longjmp(*g->refused, TOO_MUCH_MEMORY);
    block->next = g->kept;
    g->kept = block;
    return block->bytes;
}
