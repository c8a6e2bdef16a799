"""Synthetic deliveries of a streaming service: users, tracks, plays, payments."""

from music_warehouse.synthetic.service.delivery import (
    DEFAULT_DAYS,
    DEFAULT_PLAYS_PER_DAY,
    ServiceDelivery,
    generate_service,
)

__all__ = [
    "DEFAULT_DAYS",
    "DEFAULT_PLAYS_PER_DAY",
    "ServiceDelivery",
    "generate_service",
]
