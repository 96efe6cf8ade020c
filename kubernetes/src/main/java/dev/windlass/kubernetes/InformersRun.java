package dev.windlass.kubernetes;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The unit {@code cluster/NAME/informers}: shows the informers of a cluster in the tree and owns their threads. Each start opens a
 * registry of its own, and is ready when {@link #registry()} is that one.
 */
final class InformersRun implements Unit<RunnableHandle> {

    private final Function<RunnableContext, InformerRegistry> open;
    private final CompletableFuture<InformerRegistry> opened = new CompletableFuture<>();
    private volatile @Nullable InformerRegistry registry;

    InformersRun(Function<RunnableContext, InformerRegistry> open) {
        this.open = open;
    }

    /** The first one. */
    CompletableFuture<InformerRegistry> opened() {
        return opened;
    }

    /** The newest one; only after the first was opened. */
    InformerRegistry registry() {
        return Objects.requireNonNull(registry);
    }

    @Override
    public RunnableSpec spec() {
        return RunnableSpec.builder(Informers.NAME).kind("Cache").restart(RestartPolicy.never())
                .signalsReadiness(true).build();
    }

    @Override
    public ManagedRunnable newInstance() {
        return this::run;
    }

    @Override
    public RunnableHandle handle(RunnableHandle base) {
        return base;
    }

    private void run(RunnableContext context) throws InterruptedException {
        InformerRegistry fresh;
        try {
            fresh = open.apply(context);
        } catch (Throwable e) {
            opened.completeExceptionally(e); // a cluster that connects waits for it
            throw e;
        }
        context.detail("informers",
                () -> String.join("\n", fresh.status().stream().map(InformersRun::line).toList()));
        context.own("informers", context.name(), fresh::close);
        registry = fresh;
        opened.complete(fresh);
        context.ready();
        context.cancelled().onSet(fresh::close);
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
