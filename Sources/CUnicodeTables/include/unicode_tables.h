#ifndef UNICODE_TABLES_H
#define UNICODE_TABLES_H
#include <stddef.h>

/* The compatibility decompositions of Unicode, in the form that appliance/generate-unicode-tables
   describes. Lives as long as the program. */
const unsigned char *_Nonnull unicode_compatibility(size_t *_Nonnull byte_count);

#endif
