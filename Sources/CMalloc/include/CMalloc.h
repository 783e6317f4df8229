/* The settings of glibc's allocator, which Swift's view of glibc leaves out. */
#ifndef CMALLOC_H
#define CMALLOC_H

#include <malloc.h>

#endif
