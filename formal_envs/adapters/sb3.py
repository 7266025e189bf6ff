"""Stable-Baselines3 and sb3-contrib: a small transformer that reads the token environments. It needs the extra sb3.

Their algorithms take the token environments as they come, and MaskablePPO finds ``action_masks()``.
"""

from __future__ import annotations

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn


class TransformerExtractor(BaseFeaturesExtractor):
    """Features of a row of token ids, for ``policy_kwargs={"features_extractor_class": TransformerExtractor}``.

    A learned token before the row reads it all; its last hidden state is the feature vector.

    Args:
        observation_space: of a token environment.
        features_dim: width of the transformer.
        layers, heads: their numbers.
    """

    def __init__(
        self, observation_space: spaces.MultiDiscrete, features_dim: int = 64, layers: int = 2, heads: int = 4
    ):
        super().__init__(observation_space, features_dim)
        self.window, self.vocab_size = len(observation_space.nvec), int(observation_space.nvec[0])
        self.tokens = nn.Embedding(self.vocab_size, features_dim)
        self.positions = nn.Parameter(0.02 * torch.randn(1 + self.window, features_dim))  # the first is the reader's
        layer = nn.TransformerEncoderLayer(features_dim, heads, 4 * features_dim, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)

    def forward(self, observations: Tensor) -> Tensor:
        """Read observations, one-hot as Stable-Baselines3 makes them.

        Args: observations (B, window * V).
        Returns: (B, features_dim).
        """
        ids = observations.view(-1, self.window, self.vocab_size).argmax(-1)  # (B, window)
        read = nn.functional.pad(self.tokens(ids), (0, 0, 1, 0)) + self.positions  # (B, 1 + window, features_dim)
        encoded: torch.Tensor = self.encoder(read)
        return encoded[:, 0]
