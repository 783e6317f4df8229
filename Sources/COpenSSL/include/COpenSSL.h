/* The parts of the system's libcrypto that Sealing uses, without those that are deprecated. */
#ifndef COPENSSL_H
#define COPENSSL_H

#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED 1

#include <stddef.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/* Random bytes of the kernel; 1, or 0 if the kernel has none to give. */
int copenssl_random(void *bytes, size_t count);

/* How often this process was forked from one that had drawn random bytes before. */
unsigned copenssl_forks(void);

/* Refuses core dumps and debuggers for this process; prctl is variadic. 1 when done. */
int copenssl_forbid_dumps(void);
int copenssl_dumps_forbidden(void);

/* Both set parameters that hold on to the pointers given to them, which Swift's do not outlive. */
int copenssl_hmac_sha256_start(EVP_MAC_CTX *context, const unsigned char *key, size_t key_count);
int copenssl_hkdf_sha256(EVP_KDF *hkdf, const void *secret, size_t secret_count, const void *salt,
                         size_t salt_count, const void *info, size_t info_count, unsigned char *out,
                         size_t out_count);

/* HMAC-SHA-1 in 20 bytes; 1, or 0 where libcrypto has no SHA-1. */
int copenssl_hmac_sha1(const void *key, size_t key_count, const unsigned char *bytes, size_t count,
                       unsigned char *out);

/* SHA-1 in 20 bytes; 1, or 0 where libcrypto has no SHA-1. */
int copenssl_sha1(const unsigned char *bytes, size_t count, unsigned char *out);

/* A P-256 key pair; EVP_EC_gen is a macro. */
EVP_PKEY *copenssl_p256(void);

/* A private key of a PEM text; never asks a terminal for the password of an encrypted one. */
EVP_PKEY *copenssl_read_key(BIO *bio);

/* The alternative names of a certificate, one a line: host names as they are, addresses as text.
   0 if there are none. Names of other kinds and of other letters are left out. */
int copenssl_write_names(BIO *out, const X509 *certificate);

/* Asks for alternative names in a signing request; stacks are macros. 1 when done. */
int copenssl_request_names(X509_REQ *request, const char *value);

/* How names of certificates are written (RFC 2253); the flag is a composed macro. */
unsigned long copenssl_name_style(void);

/* What a memory BIO holds; BIO_get_mem_data is a macro. */
long copenssl_memory(BIO *bio, char **start);

#endif
