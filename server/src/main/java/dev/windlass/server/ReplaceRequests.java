package dev.windlass.server;

import dev.windlass.lifecycle.ReplaceOptions;
import org.eclipse.jetty.util.Fields;

/** Reads the options of a replace; what is not said is as the engine has it. */
final class ReplaceRequests {
    private ReplaceRequests() {
    }

    static ReplaceOptions read(Fields options) {
        ReplaceOptions replace = StopRequests.cascade(options)
                ? ReplaceOptions.defaults().withCascade()
                : ReplaceOptions.defaults();
        String warmUp = options.getValue("warmUp");
        String probation = options.getValue("probation");
        try {
            replace = warmUp == null ? replace : replace.withWarmUp(StopRequests.duration("warmUp", warmUp));
            return probation == null ? replace : replace.withProbation(StopRequests.duration("probation", probation));
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
