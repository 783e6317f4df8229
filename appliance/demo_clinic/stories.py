"""Which story belongs to which patient."""

from demo_clinic import adults, children

STORIES = {
    "p01": adults.diabetes,
    "p02": adults.elder_lungs,
    "p03": adults.prenatal,
    "p04": adults.prediabetes,
    "p05": adults.heart,
    "p06": adults.grief,
    "p07": adults.migraine,
    "p08": adults.elder_end,
    "p09": adults.joints,
    "p10": adults.young_man,
    "p11": adults.tuberculosis,
    "p12": adults.father,
    "p13": children.infant,
    "p14": children.toddler,
    "p15": children.skin,
    "p16": children.wheeze,
    "p17": children.attention,
    "p18": children.school_girl,
    "p19": children.teenager,
    "p20": children.kindergarten,
}
