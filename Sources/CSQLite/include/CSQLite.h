/* The C API of the system's SQLite, and what Swift cannot call of it: variadics and casts. */
#ifndef CSQLITE_H
#define CSQLITE_H

/* The recording of changes is declared only for who asks; see sqlite3.h. */
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

/* Turns off memory statistics (a lock in every allocation) and file: URIs; before any open. */
int csqlite_configure(void);

/* Sets one of the SQLITE_DBCONFIG_ switches that take an int. */
int csqlite_switch(sqlite3 *db, int option, int on);

/* 1 or 0 as such a switch stands, -1 where this library does not have it. */
int csqlite_state(sqlite3 *db, int option);

/* Binds a copy of the bytes. */
int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const char *text,
                           sqlite3_uint64 bytes);
int csqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *blob,
                           sqlite3_uint64 bytes);

#endif
