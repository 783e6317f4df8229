#include "definitions.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char definitions[] = {
#embed "definitions.bin"
};

const unsigned char *fhir_definitions(size_t *byte_count) {
    *byte_count = sizeof definitions;
    return definitions;
}
