package dev.windlass.server;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Signal;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** The admin API, behind the {@link AccessGuard}. {@link AdminServer} documents its requests. */
final class AdminHandler extends Handler.Abstract {
    private static final String UNITS = "/api/v1/units";
    private static final String EVENTS = "/api/v1/events";
    private static final String MANAGER = "/api/v1/manager";
    private static final String QUOTA = "/api/v1/quota";

    /** So long even a request that does not wait is held, so that a refusal reaches who asked. */
    private static final Duration REFUSALS_COME_WITHIN = Duration.ofMillis(100);

    private final Manager manager;
    private final Signal stopping;

    AdminHandler(RunnableContext context) {
        this.manager = context.manager();
        this.stopping = context.stopping();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        try {
            return route(request, response, callback);
        } catch (ApiError e) {
            return Reply.error(response, callback, e);
        } catch (LifecycleException e) {
            return Reply.error(response, callback, ApiError.of(e));
        }
    }

    private boolean route(Request request, Response response, Callback callback) throws Exception {
        // The path as it was sent: only a colon that the client did not encode separates the action.
        String path = request.getHttpURI().getPath();
        if (path.equals(UNITS)) {
            return list(request, response, callback);
        }
        if (path.equals(EVENTS)) {
            return events(request, response, callback);
        }
        if (path.equals(MANAGER)) {
            require(request, "GET");
            options(request, Set.of());
            return Reply.json(response, callback, 200, ManagerViews.Description.of(manager));
        }
        if (path.equals(QUOTA) || path.startsWith(QUOTA + ":")) {
            return quota(path.substring(QUOTA.length()), request, response, callback);
        }
        if (!path.startsWith(UNITS + "/")) {
            throw ApiError.notFound(
                    "no such path \"%s\": use %s, %s/NAME, %s, %s or %s".formatted(path, UNITS, UNITS, EVENTS, QUOTA,
                            MANAGER));
        }
        String rest = path.substring(UNITS.length() + 1);
        int colon = rest.lastIndexOf(':');
        if (rest.endsWith(":threads")) {
            return threads(decoded(rest.substring(0, colon)), request, response, callback);
        }
        return colon < 0
                ? describe(decoded(rest), request, response, callback)
                : act(decoded(rest.substring(0, colon)), rest.substring(colon + 1), request, response, callback);
    }

    private boolean list(Request request, Response response, Callback callback) {
        require(request, "GET");
        options(request, Set.of());
        return Reply.json(response, callback, 200, UnitViews.UnitList.of(manager));
    }

    private boolean describe(String name, Request request, Response response, Callback callback) {
        require(request, "GET");
        options(request, Set.of());
        return Reply.json(response, callback, 200, UnitViews.Description.of(unit(name)));
    }

    private boolean threads(String name, Request request, Response response, Callback callback) {
        require(request, "GET");
        options(request, Set.of());
        boolean hangs = manager.quarantined().stream().anyMatch(generation -> generation.unit().equals(name));
        RunnableHandle unit = hangs ? manager.find(name).orElse(null) : unit(name);
        return Reply.json(response, callback, 200, ThreadViews.Dump.of(manager, name, unit));
    }

    private boolean events(Request request, Response response, Callback callback) throws Exception {
        require(request, "GET");
        String unit = options(request, Set.of("unit")).getValue("unit");
        request.addIdleTimeoutListener(_ -> false);
        new EventStream(manager, stopping, unit == null ? null : unit(unit).name()).write(response, callback);
        return true;
    }

    private boolean quota(String action, Request request, Response response, Callback callback)
            throws InterruptedException {
        Quotas quotas = Quotas.of(manager);
        return switch (action) {
            case "" -> {
                require(request, "GET");
                options(request, Set.of());
                yield Reply.json(response, callback, 200, QuotaViews.Status.of(quotas));
            }
            case ":what-if" -> {
                require(request, "GET");
                QuotaRequests asked = QuotaRequests.read(manager, options(request, QuotaRequests.OPTIONS));
                yield Reply.json(response, callback, 200,
                        QuotaViews.Plan.of("what-if", false, quotas.whatIf(asked.scope(), asked.limits())));
            }
            case ":set" -> {
                require(request, "POST");
                request.addIdleTimeoutListener(_ -> false);
                Fields options = options(request, QuotaRequests.SET_OPTIONS);
                set(quotas, QuotaRequests.read(manager, options), Wait.of(options), response, callback);
                yield true;
            }
            default -> throw ApiError.notFound(
                    "no action \"%s\" of a quota: use set or what-if".formatted(action.substring(1)));
        };
    }

    private void set(Quotas quotas, QuotaRequests asked, Wait wait, Response response, Callback callback)
            throws InterruptedException {
        QuotaPlan foreseen = quotas.whatIf(asked.scope(), asked.limits());
        Outcome<QuotaPlan> outcome = await(quotas.set(asked.scope(), asked.limits()), wait.limit());
        switch (outcome) {
            case Outcome.Done<QuotaPlan>(QuotaPlan plan) ->
                Reply.json(response, callback, 200, QuotaViews.Plan.of("set", true, plan));
            case Outcome.Failed<QuotaPlan>(LifecycleException error) ->
                Reply.error(response, callback, ApiError.of(error));
            case null -> {
                if (wait.asked() && !stopping.isSet()) {
                    throw ApiError.deadline(
                            "use is not within the limits %s after %s: they hold for all that starts, and it goes on"
                                    .formatted(asked.limits(), readable(wait.limit())));
                }
                Reply.json(response, callback, 202, QuotaViews.Plan.of("set", false, foreseen));
            }
        }
    }

    private boolean act(String name, String action, Request request, Response response, Callback callback)
            throws InterruptedException {
        require(request, "POST");
        RunnableHandle unit = unit(name);
        request.addIdleTimeoutListener(_ -> false);
        switch (action) {
            case "start" -> {
                Fields options = options(request, Set.of("wait"));
                Wait wait = Wait.of(options);
                Operation<UnitStatus> start = unit.start();
                answer("start", unit, start, wait, _ -> started("start", unit, wait), response, callback);
            }
            case "restart" -> {
                Fields options = options(request, StopRequests.OPTIONS);
                Wait wait = Wait.of(options);
                Operation<UnitStatus> restart = unit.restart(StopRequests.read(unit, options));
                answer("restart", unit, restart, wait, _ -> started("restart", unit, wait), response, callback);
            }
            case "stop" -> {
                Fields options = options(request, StopRequests.OPTIONS);
                Wait wait = Wait.of(options);
                Operation<StopReport> stop = unit.stop(StopRequests.read(unit, options));
                answer("stop", unit, stop, wait, AdminHandler::stopped, response, callback);
            }
            case "remove" -> {
                Fields options = options(request, StopRequests.OPTIONS);
                Wait wait = Wait.of(options);
                Operation<StopReport> remove = unit.remove(StopRequests.read(unit, options));
                answer("remove", unit, remove, wait, report -> new UnitViews.Stopped("remove", true,
                        UnitViews.Report.of(report)), response, callback);
            }
            case "replace" -> {
                Fields options = options(request, ReplaceRequests.OPTIONS);
                Wait wait = Wait.of(options);
                Operation<ReplaceReport> replace = unit.replace(ReplaceRequests.read(options));
                answer("replace", unit, replace, wait, report -> new UnitViews.Replaced("replace", true,
                        UnitViews.Replacement.of(report)), response, callback);
            }
            case "reconfigure" -> {
                Fields options = Request.extractQueryParameters(request);
                Wait wait = Wait.of(options);
                answer(action, unit, ReconfigureRequests.ask(unit, options), wait,
                        _ -> new UnitViews.Started(action, true, UnitViews.Description.of(unit)), response, callback);
            }
            case "pause" -> hold(action, unit, unit::pause, request, response, callback);
            case "resume" -> hold(action, unit, unit::resume, request, response, callback);
            case "cordon" -> hold(action, unit, unit::cordon, request, response, callback);
            case "uncordon" -> hold(action, unit, unit::uncordon, request, response, callback);
            default -> throw ApiError.notFound(
                    "no action \"%s\": use start, stop, restart, replace, reconfigure, remove, pause, resume, cordon or uncordon"
                            .formatted(action));
        }
        return true;
    }

    private void hold(String action, RunnableHandle unit, Supplier<Operation<UnitStatus>> asked, Request request,
            Response response, Callback callback) throws InterruptedException {
        Wait wait = Wait.of(options(request, Set.of("wait")));
        answer(action, unit, asked.get(), wait,
                _ -> new UnitViews.Started(action, true, UnitViews.Description.of(unit)), response, callback);
    }

    private Object started(String operation, RunnableHandle unit, Wait wait) throws InterruptedException {
        if (wait.asked()) {
            Settling.await(manager, unit, wait.limit(), stopping);
        }
        return new UnitViews.Started(operation, true, UnitViews.Description.of(unit));
    }

    private static Object stopped(StopReport report) {
        return new UnitViews.Stopped("stop", true, UnitViews.Report.of(report));
    }

    /** Answers with what the operation came to, or with what is known when waiting ends. */
    private <T> void answer(String operation, RunnableHandle unit, Operation<T> asked, Wait wait,
            Answer<T> whenDone, Response response, Callback callback) throws InterruptedException {
        Outcome<T> outcome = await(asked, wait.limit());
        switch (outcome) {
            case Outcome.Done<T>(T value) -> Reply.json(response, callback, 200, whenDone.of(value));
            case Outcome.Failed<T>(LifecycleException error) -> Reply.error(response, callback, ApiError.of(error));
            case null -> {
                UnitStatus now = unit.status();
                if (wait.asked() && !stopping.isSet()) {
                    throw ApiError.deadline(
                            "%s of %s is not done after %s: it goes on, and is %s now (%s)".formatted(operation,
                                    unit.name(), readable(wait.limit()), now.state(), now.message()));
                }
                Reply.json(response, callback, 202, new UnitViews.Accepted(operation, false, UnitViews.Item.of(now)));
            }
        }
    }

    /** The outcome; null when the limit is over, or when this server must stop and cannot wait any longer. */
    private <T> @Nullable Outcome<T> await(Operation<T> asked, Duration limit) throws InterruptedException {
        CompletableFuture<@Nullable Outcome<T>> outcome = new CompletableFuture<>();
        asked.whenDone(outcome::complete);
        try (Registration _ = stopping.onSet(() -> outcome.complete(null))) {
            return outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private RunnableHandle unit(String name) {
        return manager.find(name).orElseThrow(() -> {
            List<String> names = manager.units().stream().map(RunnableHandle::name).toList();
            List<String> near = NearMatches.of(name, names);
            return ApiError.notFound("no unit is named \"%s\": %s".formatted(name,
                    near.isEmpty()
                            ? "the list of units has all names"
                            : "did you mean " + String.join(" or ", near) + "?"));
        });
    }

    private static String readable(Duration limit) {
        return limit.toMillis() < 1000 ? limit.toMillis() + " ms" : ShortDuration.format(limit);
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("\"%s\" is not a path-encoded name: %s".formatted(name, e.getMessage()));
        }
    }

    private static void require(Request request, String method) {
        if (!request.getMethod().equals(method)) {
            throw new ApiError(405, "MethodNotAllowed",
                    "%s is not possible at %s: use %s".formatted(request.getMethod(), request.getHttpURI().getPath(),
                            method));
        }
    }

    private static Fields options(Request request, Set<String> known) {
        Fields options = Request.extractQueryParameters(request);
        for (String name : options.getNames()) {
            if (!known.contains(name)) {
                throw ApiError.badRequest("unknown option \"%s\": %s".formatted(name,
                        known.isEmpty()
                                ? "there are none here"
                                : "use " + String.join(", ", known.stream().sorted().toList())));
            }
        }
        return options;
    }

    /** Makes the body of an answer of what an operation came to. */
    private interface Answer<T> {
        Object of(T value) throws InterruptedException;
    }

    /** How long to hold the answer back. */
    private record Wait(boolean asked, Duration limit) {
        /** What the engine itself bounds is awaited without a bound of ours. */
        private static final Duration UNTIL_DONE = Duration.ofDays(1);

        static Wait of(Fields options) {
            String text = options.getValue("wait");
            return switch (text) {
                case null -> new Wait(false, REFUSALS_COME_WITHIN);
                case "false" -> new Wait(false, REFUSALS_COME_WITHIN);
                case "true", "" -> new Wait(true, UNTIL_DONE);
                default -> new Wait(true, StopRequests.duration("wait", text));
            };
        }
    }
}
