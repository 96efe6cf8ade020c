package dev.windlass.controller;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What a generation found of one kind when it had synced.
 *
 * @param objects how many objects there were
 * @param changed how many of them were new or another version than an earlier generation knew; 0 when there was none
 * @param gone how many objects that an earlier generation knew were not there any more
 * @param returning whether there was an earlier generation that had known something
 */
record CatchUp(long objects, long changed, long gone, boolean returning) {

    private static final CatchUp NOTHING = new CatchUp(0, 0, 0, false);

    /** Of several that may have found the same objects: counts of a kind are not added up, the largest counts. */
    static String describe(Collection<Map<?, CatchUp>> found) {
        Map<Object, CatchUp> byKind = new HashMap<>();
        found.forEach(one -> one.forEach((kind, counts) -> byKind.merge(kind, counts, CatchUp::largest)));
        return byKind.isEmpty() ? "" : byKind.values().stream().reduce(NOTHING, CatchUp::and).toString();
    }

    private CatchUp largest(CatchUp other) {
        return new CatchUp(Math.max(objects, other.objects), Math.max(changed, other.changed),
                Math.max(gone, other.gone), returning || other.returning);
    }

    CatchUp and(CatchUp other) {
        return new CatchUp(objects + other.objects, changed + other.changed, gone + other.gone,
                returning || other.returning);
    }

    @Override
    public String toString() {
        String synced = objects + (objects == 1 ? " object" : " objects") + " synced";
        if (!returning) {
            return synced;
        }
        return synced + "; " + (changed + gone == 0
                ? "nothing changed"
                : changed == 0 ? gone + " gone" : changed + " changed" + (gone == 0 ? "" : " and " + gone + " gone"))
                + " while it was down";
    }
}
