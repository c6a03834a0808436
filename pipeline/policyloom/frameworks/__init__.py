"""The frameworks and variable lists that come with the package: data alone, read by `policyloom.framework`."""

__all__ = ["BUILT_IN", "BUILT_IN_VARIABLES"]

BUILT_IN = "production_education"
"""The framework that is used where none is named."""

BUILT_IN_VARIABLES = "industry_education"
"""The variable list that is used where none is named."""
