package dev.windlass.modules.internal.proof;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the objects of a dump from 0, by address. Objects begin at multiples of 8 bytes, so that one bit for each of these, in pages
 * that exist only where there are objects, says all: a sixtieth of the heap. Not thread-safe.
 */
final class ObjectIndex {

    private static final int PAGE_SHIFT = 21;
    /** 64 bits a word, for 8 bytes each. */
    private static final int WORDS = 1 << (PAGE_SHIFT - 9);
    /** How many words share one sum. */
    private static final int BLOCK = 8;

    private static final class Page {

        final long address;
        final long[] words = new long[WORDS];
        final int[] before = new int[WORDS / BLOCK];

        Page(long address) {
            this.address = address;
        }
    }

    private final List<Page> pages = new ArrayList<>();
    private final LongMap byAddress = new LongMap();
    private Page last = new Page(-1);
    private int size;

    void add(long id) {
        if ((id & 7) != 0) {
            throw new IllegalArgumentException("an object of the dump begins at %#x, which is no multiple of 8"
                    .formatted(id));
        }
        Page page = page(id >>> PAGE_SHIFT);
        if (page == null) {
            page = new Page(id >>> PAGE_SHIFT);
            byAddress.put(page.address + 1, pages.size());
            pages.add(page);
            last = page;
        }
        page.words[word(id)] |= 1L << (id >>> 3);
    }

    /** Counts; after this nothing can be added. */
    void seal() {
        long sum = 0;
        for (Page page : pages) {
            for (int i = 0; i < WORDS; i++) {
                if (i % BLOCK == 0) {
                    page.before[i / BLOCK] = (int) sum;
                }
                sum += Long.bitCount(page.words[i]);
            }
        }
        if (sum > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the dump has %d objects, and more than %d cannot be searched"
                    .formatted(sum, Integer.MAX_VALUE - 8));
        }
        size = (int) sum;
    }

    int size() {
        return size;
    }

    /** The number of an object; -1 when there is none. */
    int number(long id) {
        Page page = id == 0 || (id & 7) != 0 ? null : page(id >>> PAGE_SHIFT);
        if (page == null) {
            return -1;
        }
        int word = word(id);
        long bit = 1L << (id >>> 3);
        if ((page.words[word] & bit) == 0) {
            return -1;
        }
        int number = page.before[word / BLOCK];
        for (int i = word - word % BLOCK; i < word; i++) {
            number += Long.bitCount(page.words[i]);
        }
        return number + Long.bitCount(page.words[word] & bit - 1);
    }

    private @Nullable Page page(long address) {
        if (last.address == address) {
            return last;
        }
        int at = (int) byAddress.get(address + 1, -1);
        if (at < 0) {
            return null;
        }
        last = pages.get(at);
        return last;
    }

    private static int word(long id) {
        return (int) (id >>> 9) & WORDS - 1;
    }
}
