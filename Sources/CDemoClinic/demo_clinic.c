#include "demo_clinic.h"

// #embed is C23; clang offers it for C17 as an extension and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bytes[] = {
#embed "demo.ndjson.gz"
};

const unsigned char *demo_clinic(size_t *count) {
    *count = sizeof bytes;
    return bytes;
}
