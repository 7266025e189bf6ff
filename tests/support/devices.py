"""The device that tests of the agent run on: the processor, or what ``FORMAL_ENVS_DEVICE`` names."""

import os

import torch

DEVICE = torch.device(os.environ.get("FORMAL_ENVS_DEVICE", "cpu"))
