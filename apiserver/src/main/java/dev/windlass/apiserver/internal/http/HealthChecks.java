package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether the server is well, which it always is; one by one, as a real server tells it. Whatever the method. Stateless. */
final class HealthChecks {
    private static final Map<String, List<String>> CHECKS = Map.of(
            "healthz", List.of("ping", "log", "etcd"),
            "livez", List.of("ping", "log", "etcd"),
            "readyz", List.of("ping", "log", "etcd", "etcd-readiness", "informer-sync", "shutdown"));

    private HealthChecks() {
    }

    /** @return null when the path is none of these */
    static @Nullable Reply answer(Call call) {
        String[] parts = call.path().substring(1).split("/", -1);
        List<String> checks = CHECKS.get(parts[0]);
        if (checks == null || parts.length > 2) {
            return null;
        }
        if (parts.length == 2) {
            return checks.contains(parts[1]) ? Reply.text(200, "ok") : null;
        }
        return Reply.text(200, call.parameter("verbose") == null ? "ok" : verbose(call, parts[0], checks));
    }

    private static String verbose(Call call, String endpoint, List<String> checks) {
        List<String> excluded = new ArrayList<>(call.query().getOrDefault("exclude", List.of()));
        StringBuilder out = new StringBuilder();
        for (String check : checks) {
            out.append("[+]").append(check).append(excluded.remove(check) ? " excluded: ok\n" : " ok\n");
        }
        if (!excluded.isEmpty()) {
            out.append("warn: some health checks cannot be excluded: no matches for ")
                    .append(String.join(", ", excluded.stream().map(each -> '"' + each + '"').toList())).append('\n');
        }
        return out.append(endpoint).append(" check passed\n").toString();
    }
}
