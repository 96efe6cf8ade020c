package dev.windlass.controller;

import dev.windlass.lifecycle.DeadlineException;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopOutcome;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.StopRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run of a controller ends, and what it has on clusters with it: within its own budget, and told in its report. By its thread only. */
final class Departure {

    private final Manager manager;
    private final RunnableContext context;
    private boolean interrupted;

    Departure(Manager manager, RunnableContext context) {
        this.manager = manager;
        this.context = context;
        this.interrupted = Thread.interrupted();
    }

    /** Why it ends; null when nobody has asked it to. */
    @Nullable
    Reason reason() {
        return context.stopRequest().map(StopRequest::reason).orElse(null);
    }

    /** The engagements stop, or go, with the same deadlines. */
    void stop(List<Pair> all) {
        StopRequest request = request();
        Map<Pair, Operation<StopReport>> stops = new LinkedHashMap<>();
        for (Pair pair : all) {
            EngagementHandle handle = pair.handle;
            if (handle != null) {
                stops.put(pair, stop(handle, request));
            }
        }
        stops.forEach(this::await);
    }

    /** What was decided about a replace comes to its end on all clusters. */
    void await(ControllerSuccession settled) {
        interrupted |= settled.awaitEnd(context, () -> request().deadline());
    }

    /** An interrupt that came meanwhile is the caller's. */
    void end() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Operation<StopReport> stop(EngagementHandle handle, StopRequest request) {
        StopOptions options = options(request);
        return request.reason() == Reason.REMOVED ? handle.remove(options) : handle.stop(options);
    }

    private void await(Pair pair, Operation<StopReport> stop) {
        boolean hardened = false;
        while (true) {
            StopRequest request = request();
            try {
                StopReport report = stop
                        .await(Duration.ofNanos(Math.max(0, request.deadline() - context.time().nanos())));
                if (!manager.stopping()) { // otherwise it is counted where it is reported: inside its cluster
                    context.account().drained(report.drained());
                    context.account().discarded(report.discarded(), report.discardedSample());
                    if (report.outcome() != StopOutcome.NOT_RUNNING) {
                        context.account().onBehalf(report);
                    }
                }
                return;
            } catch (InterruptedException e) {
                EngagementHandle handle = pair.handle;
                if (!hardened && request().mode() == StopMode.ABORT && handle != null) {
                    stop(handle, request());
                }
                hardened = true;
                interrupted = true;
            } catch (DeadlineException e) {
                context.logger().atWarn().addKeyValue("engagement", pair.unit())
                        .log("engagement has not ended in time");
                return;
            } catch (LifecycleException e) {
                context.logger().atDebug().addKeyValue("engagement", pair.unit()).addKeyValue("reason", e.getMessage())
                        .log("engagement was not stopped");
                return;
            }
        }
    }

    private StopRequest request() {
        return request(context);
    }

    /** How a run is to end: as it was asked to, or when nobody has asked and it fails, soon. */
    static StopRequest request(RunnableContext context) {
        long now = context.time().nanos();
        return context.stopRequest().orElseGet(() -> new StopRequest(StopMode.ABORT, Reason.FAILED, now, now,
                now + TimeUnit.SECONDS.toNanos(2)));
    }

    /** What is left of the controller's own budget, less a part of the release share, which it needs itself. */
    private StopOptions options(StopRequest request) {
        long now = context.time().nanos();
        long drain = Math.max(0, request.drainDeadline() - now);
        long inFlight = Math.max(0, request.inFlightDeadline() - now - drain);
        long release = Math.max(0, request.deadline() - now - drain - inFlight) / 3;
        return new StopOptions(request.mode(), Duration.ofNanos(drain), Duration.ofNanos(inFlight),
                Duration.ofNanos(release), true);
    }
}
