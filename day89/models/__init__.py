"""Keep models in S3: versions that never change, a pointer that moves last, nothing loaded unchecked.

``models/NAME/v3/manifest.json``
    claims the number 3 and promises the checksum of each file; written first, once, under a condition.
``models/NAME/v3/model.joblib``, ``model.skops``, ``model.onnx``
    the model, in one or more formats.
``models/NAME/current.json``
    which version is in use, and which were before it.
"""

from day89.models.formats import FORMATS, installed_formats, load_file
from day89.models.manifest import Manifest, ModelFile, VersionMismatchError
from day89.models.pointer import Pointer, current_version, promote_model, publish_model, read_pointer, rollback_model
from day89.models.store import list_versions, load_model, read_manifest, save_model

__all__ = [
    "FORMATS",
    "Manifest",
    "ModelFile",
    "Pointer",
    "VersionMismatchError",
    "current_version",
    "installed_formats",
    "list_versions",
    "load_file",
    "load_model",
    "promote_model",
    "publish_model",
    "read_manifest",
    "read_pointer",
    "rollback_model",
    "save_model",
]
