"""All questions, in order."""
from . import documents, signatures, lists, roots, changes  # noqa: F401
from .book import QUESTIONS

__all__ = ["QUESTIONS"]
