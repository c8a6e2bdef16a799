"""Invented deliveries with known truth, in the shapes that the warehouse takes in."""
