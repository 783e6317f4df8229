#ifndef TERMINOLOGY_H
#define TERMINOLOGY_H
#include <stddef.h>

/* Code systems, in the form that appliance/terminology_table/table.py describes.
   Lives as long as the program. */
const unsigned char *_Nonnull terminology_table(size_t *_Nonnull byte_count);

/* The units of UCUM: the file ucum-essence.xml. Lives as long as the program. */
const unsigned char *_Nonnull terminology_units(size_t *_Nonnull byte_count);

#endif
