package dev.windlass.kubernetes;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The unit {@code cluster/NAME/informers}: shows the informers of a cluster in the tree and owns their threads. */
final class InformersRun implements Unit<RunnableHandle>, ManagedRunnable {

    private final Function<RunnableContext, InformerRegistry> open;
    private final CompletableFuture<InformerRegistry> opened = new CompletableFuture<>();

    InformersRun(Function<RunnableContext, InformerRegistry> open) {
        this.open = open;
    }

    CompletableFuture<InformerRegistry> opened() {
        return opened;
    }

    @Override
    public RunnableSpec spec() {
        return RunnableSpec.builder(Informers.NAME).kind("Cache").restart(RestartPolicy.never()).build();
    }

    @Override
    public ManagedRunnable newInstance() {
        return this;
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }

    @Override
    public void run(RunnableContext context) throws InterruptedException {
        InformerRegistry registry = open.apply(context);
        context.detail("informers",
                () -> String.join("\n", registry.status().stream().map(InformersRun::line).toList()));
        context.own("informers", context.name(), registry::close);
        opened.complete(registry);
        context.cancelled().onSet(registry::close);
        context.cancelled().await();
    }

    private static String line(InformerStatus status) {
        return status.resource() + (status.namespace().isEmpty() ? "" : " in " + status.namespace())
                + (status.selector().isEmpty() ? "" : " with " + status.selector()) + ": " + status.state()
                + (status.synced() ? "" : ", not synced") + ", " + status.objects() + " objects, " + status.bytes()
                + " bytes, "
                + status.users() + " users, " + status.handlers() + " handlers, at version " + status.resourceVersion()
                + (status.message().isEmpty() ? "" : "; " + status.message());
    }
}
