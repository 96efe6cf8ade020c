package dev.windlass.controller;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;

/** One controller on one cluster, as a child of the cluster. What it runs is asked of the pair at each start. */
record EngagementUnit(Pair pair, ControllerRun<?> run, RunnableSpec spec) implements Unit<EngagementHandle> {

    static final String KIND = "Engagement";

    static EngagementUnit of(Pair pair, ControllerRun<?> run, String informers) {
        Controller<?> controller = run.controller();
        RunnableSpec.Builder spec = RunnableSpec.builder(controller.name())
                .kind(KIND)
                .dependsOn(informers)
                .drains(true)
                .signalsReadiness(true)
                .warmsUp(true)
                .leadership(controller.leadership())
                .cost(controller.cost(controller.watchCount(), controller.workers()));
        return new EngagementUnit(pair, run, follow(pair.cluster(), run, spec).build());
    }

    /** What can be another one with the controller, while it runs. */
    static RunnableSpec.Builder follow(String cluster, ControllerRun<?> run, RunnableSpec.Builder spec) {
        Controller<?> controller = run.controller();
        run.labels().forEach(spec::label);
        return spec.label("controller", controller.name()).label("cluster", cluster)
                .stop(controller.spec().stop()).onHang(controller.spec().onHang()).priority(controller.priority());
    }

    @Override
    public ManagedRunnable newInstance() {
        return pair.newRun(run);
    }

    @Override
    public EngagementHandle handle(RunnableHandle base) {
        return new EngagementHandle(base);
    }
}
