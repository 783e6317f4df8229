#ifndef DEMO_CLINIC_H
#define DEMO_CLINIC_H

#include <stddef.h>

/// The invented demo clinic as FHIR R4 NDJSON, one resource a line, packed by gzip, written by
/// appliance/generate-demo. The bytes live as long as the program.
/// @param count receives the count of bytes.
const unsigned char *demo_clinic(size_t *count);

#endif
