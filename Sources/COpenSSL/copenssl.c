#define _GNU_SOURCE
#include "COpenSSL.h"
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>

static unsigned forks;

static void count_fork(void) { forks++; }

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(NULL, NULL, count_fork);
}

unsigned copenssl_forks(void) { return forks; }

int copenssl_random(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
        ssize_t got = getrandom(next, count > 256 ? 256 : count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        next += got;
        count -= (size_t)got;
    }
    return 1;
}

int copenssl_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }

int copenssl_dumps_forbidden(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0; }

int copenssl_hmac_sha256_start(EVP_MAC_CTX *context, const unsigned char *key, size_t key_count) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, key_count, parameters);
}

int copenssl_hkdf_sha256(EVP_KDF *hkdf, const void *secret, size_t secret_count, const void *salt,
                         size_t salt_count, const void *info, size_t info_count, unsigned char *out,
                         size_t out_count) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[5];
    OSSL_PARAM *next = parameters;
    *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_count);
    if (salt_count > 0)
        *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count);
    if (info_count > 0)
        *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count);
    *next = OSSL_PARAM_construct_end();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(hkdf);
    int done = context != NULL && EVP_KDF_derive(context, out, out_count, parameters) == 1;
    EVP_KDF_CTX_free(context);
    return done;
}

int copenssl_hmac_sha1(const void *key, size_t key_count, const unsigned char *bytes, size_t count,
                       unsigned char *out) {
    size_t done = 0;
    return EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key, key_count, bytes, count, out, 20, &done) != NULL
        && done == 20;
}

int copenssl_sha1(const unsigned char *bytes, size_t count, unsigned char *out) {
    size_t done = 0;
    return EVP_Q_digest(NULL, "SHA1", NULL, bytes, count, out, &done) == 1 && done == 20;
}

EVP_PKEY *copenssl_p256(void) { return EVP_EC_gen("P-256"); }

unsigned long copenssl_name_style(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }

long copenssl_memory(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }

static int no_password(char *into, int size, int writing, void *user) {
    (void)into, (void)size, (void)writing, (void)user;
    return -1;
}

EVP_PKEY *copenssl_read_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
}

static int is_host(const unsigned char *name, int count) {
    for (int i = 0; i < count; i++) {
        unsigned char c = name[i];
        int fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '.' || c == '*' || c == '_';
        if (!fits) return 0;
    }
    return count > 0 && count <= 253;
}

int copenssl_write_names(BIO *out, const X509 *certificate) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (names == NULL) return 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS) {
            const unsigned char *text = ASN1_STRING_get0_data(name->d.dNSName);
            int count = ASN1_STRING_length(name->d.dNSName);
            if (!is_host(text, count)) continue;
            BIO_write(out, text, count);
        } else if (name->type == GEN_IPADD) {
            char text[INET6_ADDRSTRLEN];
            int count = ASN1_STRING_length(name->d.iPAddress);
            int family = count == 4 ? AF_INET : AF_INET6;
            const void *bytes = ASN1_STRING_get0_data(name->d.iPAddress);
            if (count != 4 && count != 16) continue;
            if (inet_ntop(family, bytes, text, sizeof text) == NULL) continue;
            BIO_write(out, text, (int)strlen(text));
        } else {
            continue;
        }
        BIO_write(out, "\n", 1);
    }
    GENERAL_NAMES_free(names);
    return 1;
}

int copenssl_request_names(X509_REQ *request, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, NULL, NULL, request, NULL, 0);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, value);
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    int done = names != NULL && list != NULL && sk_X509_EXTENSION_push(list, names) > 0 &&
               X509_REQ_add_extensions(request, list) == 1;
    sk_X509_EXTENSION_free(list);
    X509_EXTENSION_free(names);
    return done;
}
