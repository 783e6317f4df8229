"""The parts of the table, in the order in which they are written."""
from .profiles import add_operations, add_profiles
from .searching import add_compartments, add_searches
from .structures import add_types
from .table import Table
from .terminology import add_terminology


def table(source):
    made = Table()
    for add in (
        add_types, add_searches, add_compartments, add_profiles, add_operations, add_terminology,
    ):
        add(made, source)
    return made
