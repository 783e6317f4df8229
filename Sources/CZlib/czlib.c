#include "CZlib.h"

int czlib_deflate_init(z_stream *stream, int level, int window) {
    return deflateInit2(stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
}

int czlib_inflate_init(z_stream *stream, int window) {
    return inflateInit2(stream, window);
}
