package dev.windlass.modules.internal.proof;

/** From identifiers, which are not 0, to numbers, in two arrays. Not thread-safe. */
final class LongMap {

    private long[] keys = new long[1 << 10];
    private long[] values = new long[1 << 10];
    private int size;

    void put(long key, long value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        int at = slot(key);
        if (keys[at] == 0) {
            keys[at] = key;
            size++;
        }
        values[at] = value;
    }

    /** Another number when the key is not there. */
    long get(long key, long absent) {
        int at = slot(key);
        return key == 0 || keys[at] == 0 ? absent : values[at];
    }

    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        int at = (int) (hash >>> 32) & keys.length - 1;
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new long[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = slot(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }
}
