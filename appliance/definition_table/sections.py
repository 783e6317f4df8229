"""The parts of the table, in the order in which they are written."""
from .searching import add_compartments, add_searches
from .structures import add_types
from .table import Table


def table(source):
    made = Table()
    for add in (add_types, add_searches, add_compartments):
        add(made, source)
    return made
