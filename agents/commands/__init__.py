"""The commands of ``formal-envs``, a file for each group. Torch is loaded when a command needs it."""
