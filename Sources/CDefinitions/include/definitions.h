#ifndef DEFINITIONS_H
#define DEFINITIONS_H
#include <stddef.h>

/* What FHIR R4 and US Core define, in the form that appliance/definition_table/table.py describes.
   Lives as long as the program. */
const unsigned char *_Nonnull fhir_definitions(size_t *_Nonnull byte_count);

#endif
