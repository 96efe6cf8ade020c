package dev.windlass.kubernetes;

import dev.windlass.kubernetes.InformerStatus.State;
import dev.windlass.kubernetes.ObjectScanner.Event;
import dev.windlass.kubernetes.ObjectScanner.ListMeta;
import dev.windlass.kubernetes.ObjectScanner.Scanned;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.TimeSource;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import tools.jackson.core.JacksonException;

/**
 * Keeps a {@link SharedInformer} up to date, on one thread, until it is stopped. No failure ends it.
 *
 * <p>State: {@code LISTING → WATCHING}; a watch that ends is resumed at the last known version; a version that the server does
 * not know any more (410), or not yet, leads back to {@code LISTING}; any other failure leads to {@code BACKOFF}, or {@code
 * DEGRADED} when the server refuses, and after a pause back to what failed. {@link #stop} leads to {@code STOPPED} from each of
 * them.
 *
 * <p>A list comes in one answer from a server that has it in memory, else it is streamed by the watch that follows it when the
 * server can do that, else fetched in pages. In each way it is as new as the moment it was asked for: a list from a cache that lags
 * would show objects as they were before somebody knew them better, or not at all, and what had been known would seem to be
 * deleted.
 */
final class ListWatchLoop {

    private static final Duration BACKOFF_FIRST = Duration.ofMillis(500);
    private static final long SHORT_WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);
    /** After so many watches in a row that brought nothing and ended at once, the version is taken for the reason. */
    private static final int MOST_FRUITLESS = 3;

    private final SharedInformer informer;
    private final WatchSpec<?> spec;
    private final OwnedRequests requests;
    private final ListWatchWire wire;
    private final ListPermits permits;
    private final TimeSource time;
    private final Logger logger;
    private final Backoff backoff;
    private final Pause pause;

    private String version = "";
    private boolean listNeeded = true;
    private boolean listTried;
    /** Whether the next list may come in one answer; false when such an answer broke off, perhaps because it took too long. */
    private boolean whole = true;
    /** Whether the next list may be streamed; false when the server has refused that, or had nothing to say to it. */
    private boolean streamed = true;
    private int fruitless;
    private volatile boolean stopped;
    private volatile @Nullable StreamingAnswer stream;

    ListWatchLoop(SharedInformer informer, OwnedRequests requests, ListPermits permits, InformerSettings settings,
            TimeSource time, Logger logger) {
        this.informer = informer;
        this.spec = informer.spec();
        this.requests = requests;
        this.wire = new ListWatchWire(spec, requests, settings);
        this.permits = permits;
        this.time = time;
        this.logger = logger;
        this.pause = new Pause(time);
        this.backoff = new Backoff(BACKOFF_FIRST, BACKOFF_MAX, settings.random());
    }

    void run() {
        try {
            while (!over() && !Thread.currentThread().isInterrupted()) {
                pause.sleep(step());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            informer.end();
            requests.close();
        }
    }

    private boolean over() {
        return stopped || requests.revoked();
    }

    /** Stops it for good: closes its connection and wakes it. */
    void stop() {
        stopped = true;
        requests.close();
        pause.wake();
        permits.lookAgain();
    }

    /** The connection was lost or is back: looks at once whether the watch still lives. */
    void hurry() {
        StreamingAnswer open = stream;
        if (open != null) {
            open.close();
        }
        pause.wake();
    }

    private StreamingAnswer open(HttpRequest request) throws IOException, InterruptedException {
        StreamingAnswer answer = wire.open(request);
        stream = answer;
        return answer;
    }

    /** One list, one watch, or both in one. Returns how long to wait before the next. */
    private Duration step() {
        try {
            return listNeeded ? list() : watch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Duration.ZERO;
        } catch (RevokedException e) {
            stopped = true;
            return Duration.ZERO;
        } catch (ApiException e) {
            return refused(e);
        } catch (IOException e) {
            return failed(State.BACKOFF, Failures.describe(e));
        } catch (JacksonException e) {
            return failed(State.BACKOFF, e.getCause() instanceof IOException io
                    ? Failures.describe(io)
                    : "malformed answer: " + e.getOriginalMessage());
        } catch (MalformedAnswerException e) {
            return failed(State.BACKOFF, "malformed answer: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            // Also what the JVM throws when an object is too large for it: the other informers go on, and this one tries again.
            logger.atError().setCause(e).addKeyValue("informer", spec.describe())
                    .log("informer failed; it tries again");
            return failed(State.BACKOFF, e.toString());
        }
    }

    private Duration refused(ApiException refusal) {
        if (refusal.code() == 410 || refusal.isVersionTooNew()) {
            listNeeded = true;
            return failed(State.BACKOFF, refusal.code() == 410
                    ? "the server has forgotten version " + version + ": lists again"
                    : "the server has not reached version " + version
                            + ", it was restored to an earlier state: lists again");
        }
        boolean permanent = refusal.isForbidden() || refusal.isNotFound();
        if (permanent) {
            listNeeded = true;
        }
        if (refusal.isUnauthorized()) {
            requests.transport().unauthorized();
        }
        Duration delay = failed(permanent ? State.DEGRADED : State.BACKOFF, String.valueOf(refusal.getMessage()));
        Duration asked = Duration.ofSeconds(refusal.retryAfterSeconds());
        return delay.compareTo(asked) > 0 ? delay : asked;
    }

    private Duration failed(State state, String message) {
        if (stopped) {
            return Duration.ZERO;
        }
        Duration delay = backoff.next();
        informer.enter(state, message);
        logger.atDebug().addKeyValue("informer", spec.describe()).addKeyValue("reason", message)
                .addKeyValue("retryIn", delay)
                .log("informer lost its server");
        return delay;
    }

    // ---- list

    private Duration list() throws IOException, InterruptedException {
        informer.enter(State.LISTING, "waits for its turn: as many lists as are allowed at once are under way");
        if (!permits.acquire(!listTried, this::over)) {
            return Duration.ZERO;
        }
        ListInProgress list = new ListInProgress();
        listTried = true;
        try {
            informer.enter(State.LISTING, "");
            if (whole && wire.isListedFromMemory()) {
                whole(list);
            } else if (streamed) {
                return stream(list);
            } else {
                pages(list);
            }
            return Duration.ZERO;
        } finally {
            list.givePermitBack();
        }
    }

    /** A list that is being received. */
    private final class ListInProgress {

        private final boolean first = !informer.synced();
        /** What it has shown; of no interest while there is nothing else. */
        private final @Nullable Set<ObjectKey> seen = informer.size() == 0 ? null : new HashSet<>();
        private boolean permitted = true;

        ListInProgress() {
            informer.countList();
        }

        void put(Scanned object) {
            informer.put(object, first);
            if (seen != null) {
                seen.add(new ObjectKey(object.namespace(), object.name()));
            }
        }

        void complete(String listed) {
            if (seen != null) {
                informer.retain(seen);
            }
            version = listed;
            listNeeded = false;
            informer.listed(version);
            givePermitBack();
        }

        void givePermitBack() {
            if (permitted) {
                permitted = false;
                permits.release();
            }
        }
    }

    private void whole(ListInProgress list) throws IOException, InterruptedException {
        try {
            list.complete(read(wire.list(), list).resourceVersion());
        } catch (IOException | JacksonException e) {
            whole = false; // servers cut off what takes longer than a minute; they do not do that to a stream
            throw e;
        } catch (ApiException e) {
            whole = e.code() < 500;
            throw e;
        }
    }

    private void pages(ListInProgress list) throws IOException, InterruptedException {
        ListMeta meta = read(wire.page(""), list);
        while (!meta.continueToken().isEmpty() && !stopped) {
            meta = read(wire.page(meta.continueToken()), list);
        }
        if (meta.continueToken().isEmpty()) {
            list.complete(meta.resourceVersion());
        }
    }

    private ListMeta read(HttpRequest request, ListInProgress list) throws IOException, InterruptedException {
        try (StreamingAnswer answer = open(request); ObjectScanner scanner = wire.scanner(answer)) {
            return scanner.readList(list::put);
        } finally {
            stream = null;
        }
    }

    /** A list that the server streams as the beginning of a watch, if it knows how. */
    private Duration stream(ListInProgress list) throws IOException, InterruptedException {
        try {
            return watch(wire.streamedList(), list);
        } catch (ApiException e) {
            if (e.code() != 400 && e.code() != 422) {
                throw e;
            }
            streamed = false;
            pages(list);
            return Duration.ZERO;
        } catch (IOException | JacksonException e) {
            if (listNeeded && (e instanceof SilenceException || e.getCause() instanceof SilenceException)) {
                streamed = false; // a server that ignores the wish is waiting, too: next time the other way
            }
            throw e;
        }
    }

    // ---- watch

    private Duration watch() throws IOException, InterruptedException {
        informer.countWatch();
        return watch(wire.watch(version), null);
    }

    private Duration watch(HttpRequest request, @Nullable ListInProgress list)
            throws IOException, InterruptedException {
        long opened = time.nanos();
        long received = 0;
        try (StreamingAnswer answer = open(request)) {
            opened = time.nanos();
            if (list == null) {
                // Before the scanner is made: that waits for the first bytes.
                informer.enter(State.WATCHING, "");
            }
            try (ObjectScanner scanner = wire.scanner(answer)) {
                Event event;
                while (!stopped && (event = scanner.nextEvent()) != null) {
                    take(event, list);
                    received++;
                }
            }
        } catch (JacksonException e) {
            // The stream broke off, or fell silent: what was received counts, and the watch is resumed after it.
            if (listNeeded || !useful(opened, received)) {
                throw e;
            }
        } catch (ApiException e) {
            // The server ends it with an error, a forgotten version most often: no failure in a row if it was of use before.
            if (!listNeeded && useful(opened, received)) {
                fruitless = 0;
                backoff.reset();
            }
            throw e;
        } finally {
            stream = null;
        }
        if (listNeeded && !stopped) {
            throw new IOException("the server ended the list before it was complete");
        }
        return ended(useful(opened, received));
    }

    private Duration ended(boolean useful) {
        if (useful) {
            fruitless = 0;
            backoff.reset();
            return Duration.ZERO;
        }
        if (++fruitless >= MOST_FRUITLESS) {
            fruitless = 0;
            listNeeded = true;
        }
        return failed(State.BACKOFF, "the server ends each watch at once");
    }

    /** A server that ends each watch at once must not be asked again without a pause. */
    private boolean useful(long opened, long received) {
        return received > 0 || time.nanos() - opened > SHORT_WATCH_NANOS;
    }

    private void take(Event event, @Nullable ListInProgress list) {
        if (list != null && listNeeded) {
            takeListed(event, list);
            return;
        }
        Scanned object = event.object();
        switch (event.type()) {
            case "ADDED", "MODIFIED" -> informer.put(object, false);
            case "DELETED" -> informer.delete(object);
            case "BOOKMARK" -> {
                // Carries nothing but a version.
            }
            case "ERROR" -> throw wire.refusal(object);
            default -> throw unknown(event);
        }
        informer.countEvent();
        if (!object.resourceVersion().isEmpty()) {
            version = object.resourceVersion();
            informer.reached(version);
        }
    }

    /** An event of a streamed list, before its end. They come in the order of names: their versions are no place to resume at. */
    private void takeListed(Event event, ListInProgress list) {
        Scanned object = event.object();
        switch (event.type()) {
            case "ADDED", "MODIFIED" -> list.put(object);
            case "DELETED" -> informer.delete(object);
            case "BOOKMARK" -> {
                if (wire.endsTheList(object)) {
                    list.complete(object.resourceVersion());
                    informer.countWatch();
                    informer.enter(State.WATCHING, "");
                }
            }
            case "ERROR" -> throw wire.refusal(object);
            default -> throw unknown(event);
        }
    }

    private static MalformedAnswerException unknown(Event event) {
        return new MalformedAnswerException("a watch event of unknown type \"" + event.type() + "\"");
    }
}
