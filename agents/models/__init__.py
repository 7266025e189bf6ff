"""Language models: how they are built, loaded, asked and optimised."""
