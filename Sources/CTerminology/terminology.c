#include "terminology.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char terminology[] = {
#embed "terminology.bin"
};

/* UCUM as its owner publishes it, unmodified; see ucum/LICENSE.md. */
static const unsigned char units[] = {
#embed "ucum/ucum-essence.xml"
};

const unsigned char *terminology_table(size_t *byte_count) {
    *byte_count = sizeof terminology;
    return terminology;
}

const unsigned char *terminology_units(size_t *byte_count) {
    *byte_count = sizeof units;
    return units;
}
