"""ONNX models: what they are, how to feed them, and running them safely in a child process."""

from hardcase.inference.asked import EngineRequest
from hardcase.inference.budget import Effort
from hardcase.inference.cluster import HERE, Cluster, Where
from hardcase.inference.encoder import encoder_request
from hardcase.inference.engine import Engine, LocalEngine
from hardcase.inference.hashing import file_sha256
from hardcase.inference.process.request import EncoderRequest
from hardcase.inference.profile.keeping import accepted, keep_profile
from hardcase.inference.profile.profiles import (
    ModelInfo,
    describe_model,
    find_profile,
    load_profile,
    recognise_model,
)
from hardcase.inference.profile.schema import Profile, profile_from_json, read_profile
from hardcase.inference.providers import CHOICES as PROVIDERS
from hardcase.inference.ray.engine import RayEngine
from hardcase.inference.recognition import Certainty, Recognition

__all__ = [
    "HERE",
    "PROVIDERS",
    "Certainty",
    "Cluster",
    "Effort",
    "EncoderRequest",
    "Engine",
    "EngineRequest",
    "LocalEngine",
    "ModelInfo",
    "Profile",
    "RayEngine",
    "Recognition",
    "Where",
    "accepted",
    "describe_model",
    "encoder_request",
    "file_sha256",
    "find_profile",
    "keep_profile",
    "load_profile",
    "profile_from_json",
    "read_profile",
    "recognise_model",
]
