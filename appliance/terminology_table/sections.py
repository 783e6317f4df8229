"""The systems of the table."""
from . import icd10cm, immunization, people, subsets
from .table import Table


def table(data, source):
    return Table([
        icd10cm.system(data), *immunization.systems(data), *people.systems(data),
        *subsets.systems(data, source)],
        dict(subsets.open_sets(source)).items())
