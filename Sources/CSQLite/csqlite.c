#include "CSQLite.h"

int csqlite_configure(void) {
    int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (code == SQLITE_OK) code = sqlite3_config(SQLITE_CONFIG_URI, 0);
    if (code == SQLITE_OK) code = sqlite3_initialize();
    return code;
}

int csqlite_switch(sqlite3 *db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}

int csqlite_state(sqlite3 *db, int option) {
    int state = -1;
    return sqlite3_db_config(db, option, -1, &state) == SQLITE_OK ? state : -1;
}

int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const char *text,
                           sqlite3_uint64 bytes) {
    return sqlite3_bind_text64(statement, index, text, bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int csqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *blob,
                           sqlite3_uint64 bytes) {
    return sqlite3_bind_blob64(statement, index, blob, bytes, SQLITE_TRANSIENT);
}
