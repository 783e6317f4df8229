#include "unicode_tables.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char compatibility[] = {
#embed "compatibility.bin"
};

const unsigned char *unicode_compatibility(size_t *byte_count) {
    *byte_count = sizeof compatibility;
    return compatibility;
}
