package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that a generation has left for the next one, counted by the thread that left it. */
record KeptWork(CarryOver work, long count, List<String> sample) {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final int MAX_SAMPLE = 10;

    static KeptWork of(CarryOver work) {
        return new KeptWork(work, work.count(), List.copyOf(work.sample(MAX_SAMPLE)));
    }

    static boolean isWork(@Nullable KeptWork kept) {
        return kept != null && kept.count > 0;
    }

    /** Logs that work which a generation has left cannot be kept, if there is any. */
    static void warnOfLoss(@Nullable KeptWork kept, Incarnation of, String message) {
        if (kept != null && kept.count > 0) {
            LOG.atWarn().addKeyValue("unit", of.id()).addKeyValue("count", kept.count)
                    .addKeyValue("sample", kept.sample).log(message);
        }
    }

    /** The report, with this as kept for the next start, or as given up with the name. */
    StopReport addedTo(StopReport report, boolean givenUp) {
        List<String> given = new ArrayList<>(report.discardedSample());
        if (givenUp) {
            sample.stream().limit(MAX_SAMPLE - given.size()).forEach(given::add);
        }
        return new StopReport(report.unit(), report.generation(), report.outcome(), report.reason(), report.duration(),
                report.drained(), report.handedOver(), givenUp ? 0 : count, report.discarded() + (givenUp ? count : 0),
                given, report.unknownOutcomes(), report.leftovers(), report.errors(), report.children());
    }
}
