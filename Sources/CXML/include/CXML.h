/* The system's libxml2 as a stream of events, without its types, tree and input layer. */
#ifndef CXML_H
#define CXML_H

#include <stddef.h>

/* The start of an element. Names and namespaces that are equal are the same pointer throughout one
   call of cxml_read; all pointers are valid until the event returns. */
typedef struct {
    const unsigned char *name;
    const unsigned char *prefix;       /* NULL without one */
    const unsigned char *namespace_;   /* NULL without one */
    /* Five pointers each: name, prefix, namespace, first byte of the value, one past its last. */
    const unsigned char *const *attributes;
    int attribute_count;
    /* Two pointers each: prefix or NULL, namespace. */
    const unsigned char *const *declarations;
    int declaration_count;
    size_t offset;                     /* bytes of the source up to the end of the attributes */
} cxml_start;

/* What to call; an event that answers other than 0 stops the reading. */
typedef struct {
    void *context;
    int (*start)(void *context, const cxml_start *element);
    int (*end)(void *context, size_t offset);
    int (*text)(void *context, const unsigned char *bytes, size_t count);
    int (*doctype)(void *context, size_t offset);
} cxml_events;

/* Why reading ended early. */
typedef enum {
    CXML_DONE, CXML_STOPPED, CXML_NO_MEMORY, CXML_MALFORMED, CXML_ENDS_EARLY, CXML_ENTITY,
    CXML_DUPLICATE_ATTRIBUTE, CXML_PREFIX, CXML_TAGS, CXML_TRAILING, CXML_CHARACTER, CXML_LIMIT
} cxml_outcome;

/* Reads UTF-8 of at most INT_MAX bytes. No DTD, no entities but the five predefined, no files, no
   network. Sets the offset of the first fault. Safe on any number of threads. */
cxml_outcome cxml_read(const unsigned char *bytes, size_t count, const cxml_events *events,
                       size_t *fault_offset);

#endif
