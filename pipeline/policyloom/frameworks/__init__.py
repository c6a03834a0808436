"""The frameworks that come with the package: data alone, read by `policyloom.framework`."""

__all__ = ["BUILT_IN"]

BUILT_IN = "production_education"
"""The framework that is used where none is named."""
