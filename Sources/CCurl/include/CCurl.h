/* Requests to other machines with the system's libcurl, without its variadic interface. */
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>

/* Connections that one thread keeps open from request to request. */
typedef struct ccurl_session ccurl_session;

/* One request; every pointer belongs to the caller and outlives the call. */
typedef struct {
    const char *url;
    const char *method;
    const char *const *headers;        /* "Name: value" each */
    size_t header_count;
    const unsigned char *body;
    size_t body_count;
    const char *ca_file;               /* a further list of authorities in PEM, or NULL */
    const char *resolve;               /* "host:port:address" instead of asking the network, or NULL */
    int allows_plain;                  /* whether http:// may be asked beside https:// */
    long connect_ms_max;
    long whole_ms_max;
    size_t answer_bytes_max;
    /* Asked for each address before a packet goes there; other than 0 lets it through. */
    int (*may_connect)(void *context, const unsigned char *address, size_t count);
    /* Asked while the request runs; other than 0 gives it up. */
    int (*is_stopped)(void *context);
    /* Given the lines of the header and the bytes of the body as they come; NULL throws them away. */
    void (*on_answer)(void *context, int is_header, const char *bytes, size_t count);
    void *context;
} ccurl_request;

/* How a request ended. */
typedef enum {
    CCURL_ANSWERED, CCURL_REFUSED_ADDRESS, CCURL_NAME, CCURL_CONNECT, CCURL_TLS, CCURL_TIMEOUT,
    CCURL_TOO_LONG, CCURL_STOPPED, CCURL_FAILED
} ccurl_outcome;

/* NULL where there is no memory. */
ccurl_session *ccurl_session_make(void);
void ccurl_session_end(ccurl_session *session);

/* Sends one request and waits for its answer. Follows no redirect, uses no proxy, no cookies and no
   stored credentials. Sets the status of an answer. */
ccurl_outcome ccurl_send(ccurl_session *session, const ccurl_request *request, long *status);

#endif
