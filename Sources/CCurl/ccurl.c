#include "CCurl.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <curl/curl.h>

struct ccurl_session {
    CURL *easy;
};

typedef struct {
    const ccurl_request *request;
    size_t answer_bytes;
    int is_refused;
    int is_too_long;
} running;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

ccurl_session *ccurl_session_make(void) {
    pthread_once(&once, start);
    ccurl_session *session = malloc(sizeof *session);
    if (!session) return NULL;
    session->easy = curl_easy_init();
    if (!session->easy) {
        free(session);
        return NULL;
    }
    return session;
}

void ccurl_session_end(ccurl_session *session) {
    curl_easy_cleanup(session->easy);
    free(session);
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address) {
    running *state = data;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    (void)purpose;
    if (address->family == AF_INET) {
        bytes = (const unsigned char *)&((struct sockaddr_in *)&address->addr)->sin_addr;
        count = 4;
    } else if (address->family == AF_INET6) {
        bytes = (const unsigned char *)&((struct sockaddr_in6 *)&address->addr)->sin6_addr;
        count = 16;
    }
    if (!bytes || !state->request->may_connect(state->request->context, bytes, count)) {
        state->is_refused = 1;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take(char *bytes, size_t count, running *state, int is_header) {
    state->answer_bytes += count;
    if (state->answer_bytes > state->request->answer_bytes_max) {
        state->is_too_long = 1;
        return 0;
    }
    if (state->request->on_answer) {
        state->request->on_answer(state->request->context, is_header, bytes, count);
    }
    return count;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *data) {
    return take(bytes, size * count, data, 0);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data) {
    return take(bytes, size * count, data, 1);
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    running *state = data;
    (void)a, (void)b, (void)c, (void)d;
    return state->request->is_stopped(state->request->context) ? 1 : 0;
}

static CURLcode restrict_transfer(CURL *easy, const ccurl_request *request) {
    CURLcode code = CURLE_OK;
    const char *protocols = request->allows_plain ? "https,http" : "https";
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 0L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 30L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 16L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 30L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms_max);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->whole_ms_max);
    if (!code && request->ca_file) {
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
    }
    return code;
}

static CURLcode fill(CURL *easy, const ccurl_request *request, running *state,
                     struct curl_slist *headers, struct curl_slist *resolve) {
    CURLcode code = restrict_transfer(easy, request);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
    if (!strcmp(request->method, "GET")) {
        if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
        if (!code) code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
        if (!code) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                           (curl_off_t)request->body_count);
        /* Without bytes at hand the library would ask for them. */
        const char *body = request->body_count ? (const char *)request->body : "";
        if (!code) code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        if (!code) code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
    if (!code) code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (!code && resolve) code = curl_easy_setopt(easy, CURLOPT_RESOLVE, resolve);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, state);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, state);
    if (!code && request->on_answer) {
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
        if (!code) code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, state);
    }
    if (!code) code = curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, state);
    return code;
}

static ccurl_outcome outcome(CURLcode code, const running *state) {
    switch (code) {
    case CURLE_OK: return CCURL_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST: return CCURL_NAME;
    case CURLE_COULDNT_CONNECT: return state->is_refused ? CCURL_REFUSED_ADDRESS : CCURL_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return CCURL_TIMEOUT;
    case CURLE_ABORTED_BY_CALLBACK: return CCURL_STOPPED;
    case CURLE_WRITE_ERROR: return state->is_too_long ? CCURL_TOO_LONG : CCURL_FAILED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM: return CCURL_TLS;
    default: return CCURL_FAILED;
    }
}

static int append(struct curl_slist **list, const char *text) {
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (!longer) return 0;
    *list = longer;
    return 1;
}

ccurl_outcome ccurl_send(ccurl_session *session, const ccurl_request *request, long *status) {
    running state = {.request = request};
    struct curl_slist *headers = NULL, *resolve = NULL;
    /* A client that waits for leave to send its body would wait a second at most receivers. */
    int is_ready = append(&headers, "Expect:");
    for (size_t index = 0; is_ready && index < request->header_count; index++) {
        is_ready = append(&headers, request->headers[index]);
    }
    if (is_ready && request->resolve) is_ready = append(&resolve, request->resolve);
    curl_easy_reset(session->easy);
    CURLcode code = is_ready ? fill(session->easy, request, &state, headers, resolve)
                             : CURLE_OUT_OF_MEMORY;
    if (!code) code = curl_easy_perform(session->easy);
    if (!code) code = curl_easy_getinfo(session->easy, CURLINFO_RESPONSE_CODE, status);
    /* The handle keeps its connections, never pointers into this call. */
    curl_easy_reset(session->easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(resolve);
    return outcome(code, &state);
}
