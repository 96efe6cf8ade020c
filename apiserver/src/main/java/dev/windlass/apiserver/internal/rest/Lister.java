package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.ExpiredException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists, whole or page by page. */
final class Lister {
    private final Resources resources;

    Lister(Resources resources) {
        this.resources = resources;
    }

    /** Part of what is there at a version; more than one page only when it has a continue token. */
    record Page(long version, List<Stored> objects, String continueToken, @Nullable Long remaining) {
    }

    Reply.Whole list(Target target, Call call, Accepted accepted) {
        Page page = page(target, ListOptions.of(call, target, false));
        return Rendering.of(target.type(), accepted, call, resources).list(page.version(), page.objects(),
                page.continueToken(), page.remaining());
    }

    /** What a list, or a deletion of many, is about. */
    Page page(Target target, ListOptions options) {
        Selection selection = options.selection();
        if (!options.continueToken().isEmpty()) {
            ContinueToken token = ContinueToken.parse(options.continueToken());
            if (!List.of("", "0").contains(options.version())) {
                throw ApiException.badRequest("specifying resource version is not allowed when using continue");
            }
            return page(resume(target, token), selection, token.start(), options.limit());
        }
        long version = ListOptions.parse(options.version(), true);
        // The real one answers a list at version 0 from its cache, whole.
        boolean whole = version == 0 && !options.match().equals("Exact") && target.type().traits().cached();
        return page(snapshot(target, version, options), selection, "", whole ? 0 : options.limit());
    }

    private Shelf.Snapshot snapshot(Target target, long version, ListOptions options) {
        Shelf shelf = resources.shelf(target.type());
        String namespace = target.namespace();
        ListOptions.refuseFuture(version, target.type(), resources);
        boolean exact = version > 0 && (options.match().equals("Exact")
                || (options.match().isEmpty() && options.limit() > 0));
        if (!exact) {
            return shelf.snapshot(namespace);
        }
        try {
            return shelf.snapshotAt(namespace, version);
        } catch (ExpiredException _) {
            throw ApiException.expired("The resourceVersion for the provided list is too old.");
        }
    }

    private Shelf.Snapshot resume(Target target, ContinueToken token) {
        Shelf shelf = resources.shelf(target.type());
        String namespace = target.namespace();
        if (!token.canExpire()) {
            return shelf.snapshot(namespace);
        }
        ListOptions.refuseFuture(token.version(), target.type(), resources);
        try {
            return shelf.snapshotAt(namespace, token.version());
        } catch (ExpiredException _) {
            throw token.expired();
        }
    }

    private static Page page(Shelf.Snapshot snapshot, Selection selection, String start, long limit) {
        List<Stored> objects = snapshot.after(start);
        List<Stored> page = new ArrayList<>();
        int seen = 0;
        for (Stored object : objects) {
            boolean matches = selection.matches(object);
            if (matches && limit > 0 && page.size() == limit) {
                @Nullable
                Long remaining = selection.isWhole() ? Long.valueOf(objects.size() - seen) : null;
                return new Page(snapshot.version(), page,
                        new ContinueToken(snapshot.version(), page.getLast().key()).encode(), remaining);
            }
            seen++;
            if (matches) {
                page.add(object);
            }
        }
        return new Page(snapshot.version(), page, "", null);
    }
}
