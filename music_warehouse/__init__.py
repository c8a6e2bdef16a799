"""Music Warehouse: listening data in, tested and published marts out."""

__version__ = "0.1.0"
