"""Records as tables and files for other programs."""

from policyloom.export.tables import to_frame

__all__ = ["to_frame"]
