package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.workqueue.QueuedItem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are a generation's that come from one with another selection. An object that is there and that it does not select is none of
 * its business: to its reconciler it would look as if it were gone. What is not there any more it is asked for, as ever.
 *
 * @param mine what it is asked for
 * @param others what it is not
 */
record Selection(List<QueuedItem<ObjectKey>> mine, List<QueuedItem<ObjectKey>> others) {

    /** Whether two select the same objects; null for one of which nothing is known, and which selected the same then. */
    static boolean same(WatchSpec<?> one, @Nullable WatchSpec<?> other) {
        return other == null || (one.resource().resource().equals(other.resource().resource())
                && one.namespace().equals(other.namespace()) && one.labelSelector().equals(other.labelSelector())
                && one.fieldSelector().equals(other.fieldSelector()));
    }

    /**
     * Of all that another one had.
     *
     * @param own the selection of the one that is to be asked
     * @param sees which objects that one has in its cache
     * @param theirs the selection of the other
     * @param theySaw which objects that one had
     */
    static Selection of(List<QueuedItem<ObjectKey>> items, WatchSpec<?> own, Predicate<ObjectKey> sees,
            @Nullable WatchSpec<?> theirs, Predicate<ObjectKey> theySaw) {
        if (theirs == null || same(own, theirs)) {
            return new Selection(items, List.of());
        }
        boolean sameKind = own.resource().resource().equals(theirs.resource().resource());
        List<QueuedItem<ObjectKey>> mine = new ArrayList<>();
        List<QueuedItem<ObjectKey>> others = new ArrayList<>();
        for (QueuedItem<ObjectKey> item : items) {
            ObjectKey key = item.key();
            boolean possible = sameKind && (own.namespace().isEmpty() || own.namespace().equals(key.namespace()));
            (possible && (sees.test(key) || !theySaw.test(key)) ? mine : others).add(item);
        }
        return new Selection(mine, others);
    }
}
