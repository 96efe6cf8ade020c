package dev.windlass.modules.internal.proof;

import java.util.List;

/**
 * What leads from a root to a class loader.
 *
 * @param loader the address of the loader
 * @param steps the first one is what the root keeps, the last one the loader
 */
record Chain(DumpedRoot root, long loader, List<Step> steps) {

    /**
     * One object on the way.
     *
     * @param type its class; {@code class shop.Till} of a class
     * @param via what the reference to it is called; empty of the first
     */
    record Step(long id, String type, String via) {
    }
}
