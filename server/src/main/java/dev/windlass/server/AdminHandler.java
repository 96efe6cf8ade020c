package dev.windlass.server;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Signal;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** The admin API, behind the {@link AccessGuard}. {@link AdminServer} documents its requests. */
final class AdminHandler extends Handler.Abstract {
    /** So long even a request that does not wait is held, so that a refusal reaches who asked. */
    private static final Duration REFUSALS_COME_WITHIN = Duration.ofMillis(100);

    private final Manager manager;
    private final Signal stopping;
    private final List<AdminAction> actions;

    AdminHandler(RunnableContext context, List<AdminAction> actions) {
        this.manager = context.manager();
        this.actions = actions;
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
        String path = request.getHttpURI().getPath();
        List<AdminAction> leadsTo = actions.stream().filter(action -> action.matches(path)).toList();
        if (!leadsTo.isEmpty()) {
            return more(leadsTo, path, request, response, callback);
        }
        AdminOperation.Route route = AdminOperation.find(path);
        AdminOperation operation = route.operation();
        String name = decoded(route.unit());
        require(request, response, operation.method());
        Fields options = options(request, operation);
        return switch (operation) {
            case SHOW_API -> Reply.json(response, callback, 200, ApiDocument.create(actions));
            case LIST_UNITS -> Reply.json(response, callback, 200, UnitViews.UnitList.of(manager));
            case DESCRIBE_UNIT -> Reply.json(response, callback, 200, UnitViews.Description.of(unit(name)));
            case DUMP_THREADS -> threads(name, response, callback);
            case FOLLOW_EVENTS -> events(options, request, response, callback);
            case DESCRIBE_MANAGER -> Reply.json(response, callback, 200, ManagerViews.Description.of(manager));
            case SHOW_QUOTA -> Reply.json(response, callback, 200, QuotaViews.Status.of(Quotas.of(manager)));
            case FORESEE_QUOTA -> {
                QuotaRequests asked = QuotaRequests.read(manager, options);
                yield Reply.json(response, callback, 200, QuotaViews.Plan.of("what-if", false,
                        Quotas.of(manager).whatIf(asked.scope(), asked.limits())));
            }
            case SET_QUOTA -> {
                request.addIdleTimeoutListener(_ -> false);
                set(Quotas.of(manager), QuotaRequests.read(manager, options), Wait.of(options), response, callback);
                yield true;
            }
            case START, STOP, RESTART, REPLACE, RECONFIGURE, REMOVE, PAUSE, RESUME, CORDON, UNCORDON -> {
                request.addIdleTimeoutListener(_ -> false);
                act(operation, unit(name), options, response, callback);
                yield true;
            }
        };
    }

    private boolean more(List<AdminAction> leadsTo, String path, Request request, Response response, Callback callback)
            throws Exception {
        AdminAction action = leadsTo.stream().filter(one -> one.method().equals(request.getMethod())).findFirst()
                .orElse(leadsTo.getFirst());
        require(request, response, action.method());
        Set<String> known = new HashSet<>(action.options().keySet());
        if (action.waits()) {
            known.add("wait");
            request.addIdleTimeoutListener(_ -> false);
        }
        Fields options = options(request, known);
        Map<String, String> given = new HashMap<>();
        options.forEach(field -> given.put(field.getName(), field.getValue()));
        Wait wait = Wait.of(options);
        given.remove("wait");
        String name = action.isAboutOne() ? decoded(Objects.requireNonNull(action.name(path))) : "";
        Object answer = action.handler().answer(manager, name, given);
        if (answer instanceof Operation<?> asked) {
            answer(asked, wait, Objects::requireNonNull, () -> new UnitViews.Going(action.verb(), false),
                    () -> "%s%s is not done after %s: it goes on".formatted(action.verb(),
                            name.isEmpty() ? "" : " of " + name, readable(wait.limit())),
                    response, callback);
            return true;
        }
        return Reply.json(response, callback, 200, answer);
    }

    private boolean threads(String name, Response response, Callback callback) {
        boolean hangs = manager.quarantined().stream().anyMatch(generation -> generation.unit().equals(name));
        RunnableHandle unit = hangs ? manager.find(name).orElse(null) : unit(name);
        return Reply.json(response, callback, 200, ThreadViews.Dump.of(manager, name, unit));
    }

    private boolean events(Fields options, Request request, Response response, Callback callback) throws Exception {
        String unit = options.getValue("unit");
        request.addIdleTimeoutListener(_ -> false);
        new EventStream(manager, stopping, unit == null ? null : unit(unit).name()).write(response, callback);
        return true;
    }

    private void set(Quotas quotas, QuotaRequests asked, Wait wait, Response response, Callback callback)
            throws InterruptedException {
        QuotaPlan foreseen = quotas.whatIf(asked.scope(), asked.limits());
        answer(quotas.set(asked.scope(), asked.limits()), wait, plan -> QuotaViews.Plan.of("set", true, plan),
                () -> QuotaViews.Plan.of("set", false, foreseen),
                () -> "use is not within the limits %s after %s: they hold for all that starts, and it goes on"
                        .formatted(asked.limits(), readable(wait.limit())),
                response, callback);
    }

    private void act(AdminOperation operation, RunnableHandle unit, Fields options, Response response,
            Callback callback) throws InterruptedException {
        Wait wait = Wait.of(options);
        String action = operation.action();
        switch (operation) {
            case START ->
                answer(action, unit, unit.start(), wait, _ -> started(action, unit, wait), response, callback);
            case RESTART -> answer(action, unit, unit.restart(StopRequests.read(unit, options)), wait,
                    _ -> started(action, unit, wait), response, callback);
            case STOP -> answer(action, unit, unit.stop(StopRequests.read(unit, options)), wait,
                    report -> stopped(action, report), response, callback);
            case REMOVE -> answer(action, unit, unit.remove(StopRequests.read(unit, options)), wait,
                    report -> stopped(action, report), response, callback);
            case REPLACE -> answer(action, unit, unit.replace(ReplaceRequests.read(options)), wait,
                    report -> new UnitViews.Replaced(action, true, UnitViews.Replacement.of(report)), response,
                    callback);
            case RECONFIGURE -> hold(action, unit, ReconfigureRequests.ask(unit, options), wait, response, callback);
            case PAUSE -> hold(action, unit, unit.pause(), wait, response, callback);
            case RESUME -> hold(action, unit, unit.resume(), wait, response, callback);
            case CORDON -> hold(action, unit, unit.cordon(), wait, response, callback);
            case UNCORDON -> hold(action, unit, unit.uncordon(), wait, response, callback);
            default -> throw new IllegalArgumentException(operation + " is not about a unit's state");
        }
    }

    private void hold(String action, RunnableHandle unit, Operation<UnitStatus> asked, Wait wait, Response response,
            Callback callback) throws InterruptedException {
        answer(action, unit, asked, wait,
                _ -> new UnitViews.Started(action, true, UnitViews.Description.of(unit)), response, callback);
    }

    private Object started(String operation, RunnableHandle unit, Wait wait) throws InterruptedException {
        if (wait.asked()) {
            Settling.await(manager, unit, wait.limit(), stopping);
        }
        return new UnitViews.Started(operation, true, UnitViews.Description.of(unit));
    }

    private static Object stopped(String action, StopReport report) {
        return new UnitViews.Stopped(action, true, UnitViews.Report.of(report));
    }

    private <T> void answer(String operation, RunnableHandle unit, Operation<T> asked, Wait wait,
            Answer<T> whenDone, Response response, Callback callback) throws InterruptedException {
        answer(asked, wait, whenDone,
                () -> new UnitViews.Accepted(operation, false, UnitViews.Item.of(unit.status())),
                () -> {
                    UnitStatus now = unit.status();
                    return "%s of %s is not done after %s: it goes on, and is %s now (%s)".formatted(operation,
                            unit.name(), readable(wait.limit()), now.state(), now.message());
                }, response, callback);
    }

    /**
     * Answers with what the operation came to, or with what is known when waiting ends.
     *
     * @param going the answer when nobody asked to wait for longer
     * @param late what is said when somebody did
     */
    private <T> void answer(Operation<T> asked, Wait wait, Answer<? super T> whenDone, Supplier<Object> going,
            Supplier<String> late, Response response, Callback callback) throws InterruptedException {
        Outcome<T> outcome = await(asked, wait.limit());
        switch (outcome) {
            case Outcome.Done<T>(T value) -> Reply.json(response, callback, 200, whenDone.of(value));
            case Outcome.Failed<T>(LifecycleException error) -> Reply.error(response, callback, ApiError.of(error));
            case null -> {
                if (wait.asked() && !stopping.isSet()) {
                    throw ApiError.deadline(late.get());
                }
                Reply.json(response, callback, 202, going.get());
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

    private static void require(Request request, Response response, String method) {
        if (!request.getMethod().equals(method)) {
            response.getHeaders().put(HttpHeader.ALLOW, method);
            throw new ApiError(405, "MethodNotAllowed",
                    "%s is not possible at %s: use %s".formatted(request.getMethod(), request.getHttpURI().getPath(),
                            method));
        }
    }

    private static Fields options(Request request, AdminOperation operation) {
        return operation.options().contains(AdminOperation.Option.SETTINGS)
                ? given(request) // any name may be that of a setting
                : options(request, operation.optionKeys());
    }

    /** Each once: of two the one that counts would be a guess. */
    private static Fields given(Request request) {
        Fields options = Request.extractQueryParameters(request);
        for (Fields.Field option : options) {
            if (option.hasMultipleValues()) {
                throw ApiError.badRequest("option %s is given twice, as %s: leave all but one out"
                        .formatted(option.getName(), String.join(" and ", option.getValues())));
            }
        }
        return options;
    }

    private static Fields options(Request request, Set<String> known) {
        Fields options = given(request);
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
