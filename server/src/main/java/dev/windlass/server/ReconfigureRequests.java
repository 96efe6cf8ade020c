package dev.windlass.server;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.util.Fields;

/** Changes what needs no restart: each option but {@code wait} is a setting of the unit. */
final class ReconfigureRequests {
    private ReconfigureRequests() {
    }

    static Operation<UnitStatus> ask(RunnableHandle unit, Fields options) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (Fields.Field option : options) {
            settings.put(option.getName(), option.getValue());
        }
        settings.remove("wait");
        try {
            return unit.reconfigure(settings);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
