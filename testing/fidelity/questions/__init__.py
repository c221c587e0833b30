"""All questions, in order."""
from . import documents, signatures, lists, roots, changes, v2  # noqa: F401
from .book import QUESTIONS

__all__ = ["QUESTIONS"]
