package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What classes of container runtimes allow; what is declared at their type is told after the rest. Stateless. */
final class RuntimeClassChecks {
    private RuntimeClassChecks() {
    }

    static void runtimeClass(Field now, Field before) {
        ResourceChecks.overhead(now.at("overhead", "podFixed").as("overhead"));
        now.at("scheduling", "nodeSelector").labels();
        tolerations(now.at("scheduling", "tolerations"));
        handler(now.at("handler"), before);
    }

    private static void tolerations(Field tolerations) {
        Set<List<String>> seen = new HashSet<>();
        tolerations.items().forEach(AffinityChecks::toleration);
        for (Field each : tolerations.items()) {
            if (!seen.add(List.of(each.at("key").text(), each.at("operator").text(), each.at("value").text(),
                    each.at("effect").text()))) {
                each.duplicate();
            }
        }
    }

    private static void handler(Field handler, Field before) {
        if (!before.isSet()) {
            handler.requiredName(RuntimeClassChecks::handlerName);
        } else if (handler.differs(before.at("handler"))) {
            if (!handler.isEmpty()) {
                handler.named(NameRules::label);
            }
            handler.declaredImmutable(before.at("handler"));
            handler.mustBeSet("");
        }
    }

    /** Where a name is declared the real server counts bytes, not characters. */
    private static List<String> handlerName(String name) {
        return NameRules.label(name).stream()
                .map(problem -> problem.replaceFirst("(?<=^must be no more than \\d{2} )characters$", "bytes"))
                .toList();
    }

    static void warn(Field now, @SuppressWarnings("unused") Field before, List<String> warnings) {
        Field selector = now.at("scheduling", "nodeSelector");
        selector.value().propertyNames().forEach(label -> selector.warn(PodWarnings.ofLabel(label), warnings));
    }
}
