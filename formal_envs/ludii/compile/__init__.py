"""From a checked tree to the bytecode that the engine loads."""
