"""The profile of a model: how it is fed and read, where that is kept, how it is told."""
