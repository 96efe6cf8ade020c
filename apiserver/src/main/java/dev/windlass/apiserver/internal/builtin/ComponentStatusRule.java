package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Target;
import java.util.List;

/** Statuses of components, which nobody should ask for any more. */
final class ComponentStatusRule implements KindRule {
    @Override
    public void warnOfRequest(Target target, Call call, List<String> warnings) {
        warnings.add("v1 ComponentStatus is deprecated in v1.19+");
    }
}
