package dev.windlass.modules.internal.proof;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for the shortest ways from the roots to some class loaders, breadth first: each object is visited once, whatever the number of
 * loaders, until all have been found. Two numbers for each object are kept in files.
 */
final class ChainSearch {

    private final HeapDump dump;
    private final DumpedObjects objects;
    /** For each object the number of who refers to it, from 1; the number of its root, from -1 down; 0 when it was not found yet. */
    private final MemorySegment from;
    private final MemorySegment queue;
    private final List<DumpedRoot> roots = new ArrayList<>();
    private int queued;

    ChainSearch(HeapDump dump, DumpedObjects objects) throws IOException {
        this.dump = dump;
        this.objects = objects;
        from = dump.scratch(4L * dump.index().size());
        queue = dump.scratch(4L * dump.index().size());
    }

    private void begin(Set<DumpedRoot.Kind> kinds) {
        roots.clear();
        // Of ways of one length the first counts, and a static field says more than a variable that has its class.
        for (DumpedClass type : dump.classes()) {
            if (objects.isPermanent(type.loaderId())) {
                roots.add(new DumpedRoot(DumpedRoot.Kind.CLASS, type.id(), 0, -1));
            }
        }
        dump.roots().stream().filter(root -> kinds.contains(root.kind())).forEach(roots::add);
        from.fill((byte) 0);
        queued = 0;
        for (int i = 0; i < roots.size(); i++) {
            reach(roots.get(i).id(), -1 - i);
        }
    }

    /**
     * The ways to those that can be reached.
     *
     * @param kinds which roots are to count; classes that live for ever always do
     * @param soft whether soft references count too
     */
    Map<Long, Chain> find(Set<Long> loaders, Set<DumpedRoot.Kind> kinds, boolean soft) {
        begin(kinds);
        Map<Long, Chain> found = new HashMap<>();
        int missing = loaders.size();
        for (int i = 0; i < queued && missing > 0; i++) {
            int number = queue.getAtIndex(ValueLayout.JAVA_INT, i);
            long place = dump.place(number);
            if (loaders.contains(dump.id(place + 1))) {
                missing--;
            }
            objects.references(place, soft, (id, _) -> reach(id, number + 1));
        }
        for (long loader : loaders) {
            int number = dump.index().number(loader);
            if (number >= 0 && from.getAtIndex(ValueLayout.JAVA_INT, number) != 0) {
                found.put(loader, chain(loader, number, soft));
            }
        }
        return found;
    }

    private void reach(long id, int by) {
        int number = dump.index().number(id);
        if (number >= 0 && from.getAtIndex(ValueLayout.JAVA_INT, number) == 0) {
            from.setAtIndex(ValueLayout.JAVA_INT, number, by);
            queue.setAtIndex(ValueLayout.JAVA_INT, queued++, number);
        }
    }

    private Chain chain(long loader, int last, boolean soft) {
        List<Chain.Step> steps = new ArrayList<>();
        int number = last;
        int by = from.getAtIndex(ValueLayout.JAVA_INT, number);
        while (by > 0) {
            steps.addFirst(step(number, label(by - 1, id(number), soft)));
            number = by - 1;
            by = from.getAtIndex(ValueLayout.JAVA_INT, number);
        }
        steps.addFirst(step(number, ""));
        return new Chain(roots.get(-1 - by), loader, steps);
    }

    private Chain.Step step(int number, String via) {
        return new Chain.Step(id(number), objects.typeName(id(number)), via);
    }

    private long id(int number) {
        return dump.id(dump.place(number) + 1);
    }

    private String label(int owner, long to, boolean soft) {
        long place = dump.place(owner);
        int[] which = {Integer.MIN_VALUE};
        objects.references(place, soft, (id, candidate) -> {
            if (id == to && which[0] == Integer.MIN_VALUE) {
                which[0] = candidate;
            }
        });
        return objects.label(place, which[0]);
    }
}
