"""Synthetic listening: users and their top artists, tracks and albums."""

from music_warehouse.synthetic.listening.delivery import (
    ListeningDelivery,
    default_artists,
    generate_listening,
)

__all__ = ["ListeningDelivery", "default_artists", "generate_listening"]
