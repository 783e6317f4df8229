"""Starts boxes, makes traffic, records what was acknowledged and checks that it is still there."""
