package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.http.FaultEffect;
import dev.windlass.apiserver.internal.http.FaultScope;
import dev.windlass.apiserver.internal.rest.WatchFault;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A fault that some requests run into. It says which ones, and one thing that happens to them, after a delay where one is set:
 *
 * <pre>{@code
 * FaultRule.on("update", "deployments").byUser("alice").withProbability(0.1).answering(429).retryAfter(Duration.ofSeconds(1)).times(3)
 * }</pre>
 *
 * What does not make sense is refused when it is written. Immutable.
 */
public final class FaultRule {
    private static final List<String> VERBS = List.of("get", "list", "watch", "create", "update", "patch", "delete",
            "deletecollection", "head", "post", "put", "options", FaultScope.ANY);
    private static final Pattern RESOURCE = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9.-]+)?(/[a-z]+)?|/.*|\\*|");
    private static final int ALWAYS = -1;

    private final FaultScope scope;
    private final Duration delay;
    private final FaultEffect effect;

    private FaultRule(FaultScope scope, Duration delay, FaultEffect effect) {
        this.scope = scope;
        this.delay = delay;
        this.effect = effect;
    }

    /**
     * A fault for a verb on a resource; {@code *} stands for all. As it is, it does nothing but count.
     *
     * @param verb
     *            get, list, watch, create, update, patch, delete, deletecollection
     * @param resource
     *            the plural, with its group where two have the same ({@code events.events.k8s.io}), and with a slash and the sub-resource where one is meant
     *            ({@code deployments/status}); a path that is no resource, from its slash on ({@code /version}); or "" for all of these
     * @throws IllegalArgumentException
     *             when it is none of these
     */
    public static FaultRule on(String verb, String resource) {
        if (!VERBS.contains(verb)) {
            throw new IllegalArgumentException("verb \"" + verb
                    + "\" is unknown; use get, list, watch, create, update, patch, delete, deletecollection, or * for all");
        }
        if (!RESOURCE.matcher(resource).matches()) {
            throw new IllegalArgumentException("resource \"" + resource + "\" is none; write the plural in lower case"
                    + plural(resource) + ", with /status or another sub-resource where that is meant, or * for all");
        }
        return new FaultRule(new FaultScope(verb, resource, FaultScope.ANY, 1, ALWAYS), Duration.ZERO,
                new FaultEffect.Nothing());
    }

    private static String plural(String kind) {
        return kind.matches("[A-Za-z]+") ? ", such as " + kind.toLowerCase(Locale.ROOT) + "s" : "";
    }

    /** Only requests of this user are met. */
    public FaultRule byUser(String user) {
        if (user.isEmpty()) {
            throw new IllegalArgumentException("user \"\" has no name; leave byUser out to meet the requests of all");
        }
        return with(new FaultScope(scope.verb(), scope.resource(), user, scope.probability(), scope.times()));
    }

    /**
     * Only some of the requests that fit are met.
     *
     * @param probability
     *            of each to be met, above 0, at most 1; {@link Faults#seed()} says which
     */
    public FaultRule withProbability(double probability) {
        if (!(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "probability " + probability + " meets nothing or more than all; use one above 0 and at most 1");
        }
        return with(new FaultScope(scope.verb(), scope.resource(), scope.user(), probability, scope.times()));
    }

    /** Only the next so many requests are met. */
    public FaultRule times(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("a fault for " + times
                    + " requests meets none; use at least 1, or leave times out to meet all");
        }
        return with(new FaultScope(scope.verb(), scope.resource(), scope.user(), scope.probability(), times));
    }

    /** Requests wait this long before anything else happens. */
    public FaultRule delaying(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("delay " + time + " is negative; use zero or more");
        }
        return new FaultRule(scope, time, effect);
    }

    /**
     * Requests are answered with this code, in the form that Kubernetes has for it, and change nothing. A watch that is answered with 410 is told so on its
     * stream, as the real server does it.
     *
     * @param code
     *            from 400 to 599
     */
    public FaultRule answering(int code) {
        if (code < 400 || code > 599) {
            throw new IllegalArgumentException("code " + code + " is no error; use one from 400 to 599");
        }
        return doing(new FaultEffect.Answer(code, 0));
    }

    /**
     * The answer says to come back after so long. After {@link #answering}.
     *
     * @param time
     *            at least one second; parts of a second are left out. 429 says one second by itself
     */
    public FaultRule retryAfter(Duration time) {
        if (!(effect instanceof FaultEffect.Answer answer)) {
            throw new IllegalStateException(this + " gives no answer; call answering first, such as answering(429)");
        }
        if (time.toSeconds() < 1 || time.toSeconds() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("to come back after " + time
                    + " cannot be said; Retry-After is in whole seconds: use at least 1 s");
        }
        return new FaultRule(scope, delay, new FaultEffect.Answer(answer.code(), (int) time.toSeconds()));
    }

    /** Requests are not answered before the fault is closed, as in a black hole that swallows only them; then they are done and answered. */
    public FaultRule hanging() {
        return doing(new FaultEffect.Hang());
    }

    /** The TCP connection is reset and the request is not done. Over HTTP/2 this ends whatever else is on the connection, as it would in a network. */
    public FaultRule resetting() {
        return doing(new FaultEffect.Reset());
    }

    /** The request is done, and of its answer only the first half is sent; then the connection (HTTP/1.1) or the stream (HTTP/2) ends. A watch ends within its first event. */
    public FaultRule cuttingBody() {
        return doing(new FaultEffect.HalfBody());
    }

    /** The request is done, and its answer, or what a watch tells, trickles: so many bytes a second. */
    public FaultRule slowly(int bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException(
                    bytesPerSecond + " bytes per second would never end; use at least 1, or hanging()");
        }
        return doing(new FaultEffect.SlowBody(bytesPerSecond));
    }

    /** A watch ends in order after so many events, bookmarks not counted; 0 ends it as soon as it has begun. */
    public FaultRule droppingAfter(int events) {
        if (events < 0) {
            throw new IllegalArgumentException(events + " events cannot be told; use 0 or more");
        }
        return watching(WatchFault.endingAfter(events));
    }

    /** A watch tells each bookmark twice. */
    public FaultRule doublingBookmarks() {
        return watching(WatchFault.doublingBookmarks());
    }

    /** A watch tells a bookmark only after the event that follows it, also the one that ends the initial events: its version is then older than what the client has seen. */
    public FaultRule reorderingBookmarks() {
        return watching(WatchFault.delayingBookmarks());
    }

    /**
     * A list that goes on with a {@code continue} token is told 410: its token has expired. As on a real server, the answer has another token, which leads to
     * the rest as it is now and does not expire; lists that go on with that one are not met.
     */
    public FaultRule expiringContinue() {
        return only("list", new FaultEffect.ExpiredToken());
    }

    private FaultRule watching(WatchFault fault) {
        return only("watch", new FaultEffect.BadWatch(fault));
    }

    private FaultRule only(String verb, FaultEffect next) {
        if (!scope.verb().equals(verb) && !scope.verb().equals(FaultScope.ANY)) {
            throw new IllegalStateException("this happens to a " + verb + ", and " + this + " meets none; use on(\""
                    + verb + "\", \"" + scope.resource() + "\")");
        }
        return doing(next);
    }

    private FaultRule doing(FaultEffect next) {
        if (!(effect instanceof FaultEffect.Nothing)) {
            throw new IllegalStateException(this + " does one thing already; make a second rule for the other");
        }
        return new FaultRule(scope, delay, next);
    }

    private FaultRule with(FaultScope other) {
        return new FaultRule(other, delay, effect);
    }

    FaultScope scope() {
        return scope;
    }

    Duration delay() {
        return delay;
    }

    FaultEffect effect() {
        return effect;
    }

    /** For logs and failures of tests. */
    @Override
    public String toString() {
        return "the fault on \"" + scope.verb() + "\" of \"" + scope.resource() + "\""
                + (delay.isZero() ? "" : " after " + delay)
                + (effect instanceof FaultEffect.Nothing ? "" : " (" + effect + ")");
    }
}
