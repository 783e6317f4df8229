#define _GNU_SOURCE
#include "COpenSSL.h"
#include <errno.h>
#include <pthread.h>
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

EVP_PKEY *copenssl_p256(void) { return EVP_EC_gen("P-256"); }

unsigned long copenssl_name_style(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }

long copenssl_memory(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }
