"""The engine beyond one machine: a run shared among the machines of a Ray cluster."""
