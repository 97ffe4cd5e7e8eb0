"""A job on disk: a TinyDB file, and a journal of every change since it was last written."""

from hardcase.store.checkpoint import JobStorage
from hardcase.store.health import damage, is_in_use, leftovers
from hardcase.store.jobstore import JobStore

__all__ = ["JobStorage", "JobStore", "damage", "is_in_use", "leftovers"]
