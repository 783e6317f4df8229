/* The system's zlib, and the calls of it that are macros. */
#ifndef CZLIB_H
#define CZLIB_H

#include <zlib.h>

/* window: -15 raw deflate, 15 + 16 gzip. */
int czlib_deflate_init(z_stream *stream, int level, int window);
int czlib_inflate_init(z_stream *stream, int window);

#endif
