package dev.windlass.server;

import dev.windlass.lifecycle.Health;
import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Manager;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Health checks in the text form that Kubernetes' own components use. */
final class HealthHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);

    private final Manager manager;

    HealthHandler(Manager manager) {
        this.manager = manager;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        for (String root : List.of("/healthz", "/livez", "/readyz")) {
            if (path.equals(root) || path.equals(root + "/")) {
                return all(root, Request.extractQueryParameters(request), response, callback);
            }
            if (path.startsWith(root + "/")) {
                return one(root, path.substring(root.length() + 1), response, callback);
            }
        }
        return Reply.text(response, callback, 404,
                "no such path: use /healthz, /livez or /readyz, with /CHECK for one check\n");
    }

    private boolean all(String root, Fields query, Response response, Callback callback) {
        Set<String> excluded = new TreeSet<>(query.getValuesOrEmpty("exclude"));
        Set<String> unmatched = new TreeSet<>(excluded);
        boolean failed = false;
        StringBuilder lines = new StringBuilder();
        for (Health.Check check : checks(root)) {
            unmatched.remove(check.name());
            if (excluded.contains(check.name())) {
                lines.append("[+]").append(check.name()).append(" excluded: ok\n");
            } else if (failure(check) == null) {
                lines.append("[+]").append(check.name()).append(" ok\n");
            } else {
                failed = true;
                lines.append("[-]").append(check.name()).append(" failed: reason withheld\n");
            }
        }
        if (!unmatched.isEmpty()) {
            lines.append("warn: some health checks cannot be excluded: no matches for ")
                    .append(String.join(", ", unmatched)).append('\n');
        }
        boolean verbose = query.get("verbose") != null;
        if (verbose) {
            manager.health().checks(HealthKind.DIAGNOSTIC).stream().filter(check -> failure(check) != null)
                    .forEach(check -> lines.append("[!]").append(check.name()).append(" failed, does not count\n"));
        }
        String name = root.substring(1);
        if (failed) {
            return Reply.text(response, callback, 500, lines + name + " check failed\n");
        }
        return Reply.text(response, callback, 200, verbose ? lines + name + " check passed\n" : "ok");
    }

    private boolean one(String root, String name, Response response, Callback callback) {
        List<Health.Check> all = new ArrayList<>(checks(root));
        all.addAll(manager.health().checks(HealthKind.DIAGNOSTIC));
        for (Health.Check check : all) {
            if (check.name().equals(name)) {
                String failure = failure(check);
                return failure == null
                        ? Reply.text(response, callback, 200, "ok")
                        : Reply.text(response, callback, 500, "internal server error: " + failure + "\n");
            }
        }
        return Reply.text(response, callback, 404,
                "no check \"%s\" at %s: %s?verbose lists them\n".formatted(name, root, root));
    }

    /** What the manager has, and one that is always there: a list without checks would say nothing. */
    private List<Health.Check> checks(String root) {
        HealthKind kind = root.equals("/readyz") ? HealthKind.READINESS : HealthKind.LIVENESS;
        List<Health.Check> checks = new ArrayList<>(manager.health().checks(kind));
        checks.addFirst(new Health.Check("ping", kind, () -> {
        }));
        if (kind == HealthKind.READINESS) {
            checks.add(new Health.Check("shutdown", kind, this::notStopping));
        }
        return checks;
    }

    private void notStopping() {
        if (manager.stopping()) {
            throw new IllegalStateException("manager \"" + manager.name() + "\" is stopping");
        }
    }

    /** Why it failed; null when it passed. */
    private static @Nullable String failure(Health.Check check) {
        try {
            check.check().check();
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (Throwable e) { // a check is code of others: whatever it throws is its answer, and the next one is asked
            LOG.atInfo().addKeyValue("check", check.name()).addKeyValue("reason", Failures.described(e))
                    .log("health check failed");
            return Failures.message(e);
        }
    }
}
