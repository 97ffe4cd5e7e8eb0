"""ONNX models: what they are, how to feed them, and running them safely in a child process."""

from hardcase.inference.engine import Engine, LocalEngine, file_sha256
from hardcase.inference.profiles import ModelInfo, describe_model, load_profile
from hardcase.inference.schema import Profile, read_profile

__all__ = [
    "Engine",
    "LocalEngine",
    "ModelInfo",
    "Profile",
    "describe_model",
    "file_sha256",
    "load_profile",
    "read_profile",
]
