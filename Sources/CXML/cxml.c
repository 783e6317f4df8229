#include "CXML.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

typedef struct {
    const cxml_events *events;
    xmlParserCtxtPtr parser;
    cxml_outcome outcome;
    size_t fault_offset;
} reading;

static size_t offset_of(const reading *state) {
    long consumed = xmlByteConsumed(state->parser);
    return consumed < 0 ? 0 : (size_t)consumed;
}

static void stop(reading *state, cxml_outcome outcome) {
    if (state->outcome != CXML_DONE) return;
    state->fault_offset = offset_of(state);
    state->outcome = outcome;
    xmlStopParser(state->parser);
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespace_count, const xmlChar **namespaces, int attribute_count,
                     int defaulted_count, const xmlChar **attributes) {
    reading *state = data;
    (void)defaulted_count;
    if (state->outcome != CXML_DONE) return;
    cxml_start element = {
        .name = name,
        .prefix = prefix,
        .namespace_ = uri,
        .attributes = attributes,
        .attribute_count = attribute_count,
        .declarations = namespaces,
        .declaration_count = namespace_count,
        .offset = offset_of(state),
    };
    if (state->events->start(state->events->context, &element)) stop(state, CXML_STOPPED);
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    reading *state = data;
    (void)name, (void)prefix, (void)uri;
    if (state->outcome != CXML_DONE) return;
    if (state->events->end(state->events->context, offset_of(state))) stop(state, CXML_STOPPED);
}

static void on_text(void *data, const xmlChar *bytes, int count) {
    reading *state = data;
    if (state->outcome != CXML_DONE) return;
    if (state->events->text(state->events->context, bytes, (size_t)count)) {
        stop(state, CXML_STOPPED);
    }
}

static void on_doctype(void *data, const xmlChar *name, const xmlChar *public_id,
                       const xmlChar *system_id) {
    reading *state = data;
    (void)name, (void)public_id, (void)system_id;
    if (state->outcome != CXML_DONE) return;
    state->events->doctype(state->events->context, offset_of(state));
    stop(state, CXML_STOPPED);
}

static cxml_outcome outcome_of(int code) {
    switch (code) {
    case XML_ERR_NO_MEMORY: return CXML_NO_MEMORY;
    case XML_ERR_TAG_NOT_FINISHED: return CXML_ENDS_EARLY;
    case XML_ERR_DOCUMENT_END: return CXML_TRAILING;
    case XML_ERR_UNDECLARED_ENTITY: return CXML_ENTITY;
    case XML_ERR_ATTRIBUTE_REDEFINED:
    case XML_NS_ERR_ATTRIBUTE_REDEFINED: return CXML_DUPLICATE_ATTRIBUTE;
    case XML_NS_ERR_UNDEFINED_NAMESPACE: return CXML_PREFIX;
    case XML_ERR_TAG_NAME_MISMATCH: return CXML_TAGS;
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_INVALID_CHARREF:
    case XML_ERR_INVALID_ENCODING: return CXML_CHARACTER;
    case XML_ERR_INTERNAL_ERROR: return CXML_LIMIT;
    default: return CXML_MALFORMED;
    }
}

/* Every fault ends the reading: libxml2 would go on after some, for instance a prefix that stands
   for nothing. */
static void on_fault(void *data, const xmlError *error) {
    reading *state = data;
    if (error->level < XML_ERR_ERROR || error->code == XML_ERR_USER_STOP) return;
    stop(state, outcome_of(error->code));
}

static void prepare(void) { xmlInitParser(); }

cxml_outcome cxml_read(const unsigned char *bytes, size_t count, const cxml_events *events,
                       size_t *fault_offset) {
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    *fault_offset = 0;
    if (count == 0) return CXML_ENDS_EARLY;
    if (count > INT_MAX) return CXML_LIMIT;
    pthread_once(&prepared, prepare);
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (parser == NULL) return CXML_NO_MEMORY;
    reading state = {.events = events, .parser = parser, .outcome = CXML_DONE};

    /* Only these; without the others libxml2 builds no tree and knows no entity of a document. */
    xmlSAXHandlerPtr sax = parser->sax;
    memset(sax, 0, sizeof *sax);
    sax->initialized = XML_SAX2_MAGIC;
    sax->startElementNs = on_start;
    sax->endElementNs = on_end;
    sax->characters = on_text;
    sax->ignorableWhitespace = on_text;
    sax->internalSubset = on_doctype;
    /* The parameter is const in later releases of libxml2 only. */
    sax->serror = (xmlStructuredErrorFunc)on_fault;
    parser->userData = &state;

    /* NOENT asks for attribute values without references; with no DTD there is nothing else that
       it could expand. */
    int options = XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC;
    xmlDocPtr document =
        xmlCtxtReadMemory(parser, (const char *)bytes, (int)count, NULL, NULL, options);
    if (document != NULL) xmlFreeDoc(document);
    if (state.outcome == CXML_DONE && !parser->wellFormed) stop(&state, CXML_MALFORMED);
    *fault_offset = state.fault_offset;
    xmlFreeParserCtxt(parser);
    return state.outcome;
}
