// The files of the web application, as bytes of the program.
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

typedef struct {
    const char *path;            // below web/, such as lib/html.js
    const unsigned char *bytes;  // not terminated
    size_t size;
} web_file;

// Sixteen hexadecimal digits that change with any file.
extern const char *const web_tree_hash;

// All files, sorted by path. They live as long as the program.
const web_file *web_files(size_t *count);

#endif
