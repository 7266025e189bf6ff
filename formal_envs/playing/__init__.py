"""Board games as environments: numbers for moves, planes for positions, single, vector and multi-agent forms."""
