package dev.windlass.controller;

import dev.windlass.lifecycle.RunnableHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What concerns all engagements of a controller alike: watches that are added and closed, holds, another description. Thread-safe. */
final class ControllerEngagements {

    private final Engagements engagements;

    ControllerEngagements(Engagements engagements) {
        this.engagements = engagements;
    }

    void opened(String controller, WatchHandle added) {
        running(controller).stream().filter(engagement -> engagement.takes(added))
                .forEach(engagement -> engagement.sources().open(added));
        told(controller, added);
    }

    void closed(String controller, WatchHandle gone) {
        running(controller).forEach(engagement -> engagement.sources().close(gone));
    }

    /** A watch may have become synced everywhere; while the controller does not run it is not. */
    void told(String controller, WatchHandle added) {
        if (engagements.current(controller) == null) {
            return;
        }
        if (engagements.pairs(controller).stream().filter(ControllerEngagements::willSync)
                .allMatch(pair -> synced(pair, added))) {
            added.synced();
        }
    }

    /** Whether there is an engagement that is at work, or on its way there. */
    private static boolean willSync(Pair pair) {
        RunnableHandle handle = pair.handle;
        return pair.run != null && handle != null && switch (handle.state()) {
            case NEW, PENDING, STARTING, READY, DEGRADED, PAUSED -> true;
            default -> false;
        };
    }

    private static boolean synced(Pair pair, WatchHandle added) {
        EngagementRun<?> engagement = pair.engagement;
        return engagement != null && engagement.sources().isOpen() && engagement.sources().synced(added);
    }

    private List<EngagementRun<?>> running(String controller) {
        List<EngagementRun<?>> running = new ArrayList<>();
        for (EngagementRun<?> engagement : runsOf(controller)) {
            if (engagement.sources().isOpen()) {
                running.add(engagement);
            }
        }
        return running;
    }

    /** The engagements that work or have worked last, those that get warm, and those that wait whether they are to go on. */
    private List<EngagementRun<?>> runsOf(String controller) {
        List<EngagementRun<?>> all = new ArrayList<>();
        for (Pair pair : engagements.pairs(controller)) {
            Takeover takeover = pair.takeover;
            Stream.of(Optional.ofNullable(pair.engagement), Optional.ofNullable(pair.standby),
                    Optional.ofNullable(takeover).map(Takeover::before)).flatMap(Optional::stream)
                    .distinct().forEach(all::add);
        }
        return all;
    }

    /** A controller was paused, or is being replaced, or goes on. */
    void onHeld(ControllerRun<?> run) {
        runsOf(run.controller().name()).stream().filter(engagement -> engagement.isOf(run))
                .forEach(EngagementRun::onOwnerHeld);
    }

    /** A controller is described in another way: its engagements follow. One that begins at this moment looks for itself. */
    void onReconfigured(ControllerRun<?> run) {
        runsOf(run.controller().name()).stream().filter(engagement -> engagement.isOf(run))
                .forEach(EngagementRun::onReconfigured);
        engagements.pairs(run.controller().name()).forEach(Engagements::follow);
    }
}
