"""Importing this package registers every case, in the order in which they run."""

from cases import (  # noqa: F401
    kill, power, disk_errors, limits, single, clock, edits, audit, tampering, keys, canary,
    memory, sign_in, imports, overload, subscriptions, backup,
    destroying, upgrade)
