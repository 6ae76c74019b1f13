"""Serve a model from S3 over HTTP: the app, what it accepts, what it logs, and the server that it runs under.

model = load_served(s3, bucket, "penguins", 3)
serve(create_app(Fixed(model)), port=5000)
"""

from day89.inference.app import create_app
from day89.inference.deployment import Deployment, Fixed
from day89.inference.engine import ModelBusyError, ServedModel, load_served, served_model
from day89.inference.metrics import Metrics
from day89.inference.openapi import openapi_document
from day89.inference.prediction_log import PredictionLog
from day89.inference.problems import Problem
from day89.inference.server import Server, serve
from day89.inference.validation import Limits

__all__ = [
    "Deployment",
    "Fixed",
    "Limits",
    "Metrics",
    "ModelBusyError",
    "PredictionLog",
    "Problem",
    "ServedModel",
    "Server",
    "create_app",
    "load_served",
    "openapi_document",
    "serve",
    "served_model",
]
