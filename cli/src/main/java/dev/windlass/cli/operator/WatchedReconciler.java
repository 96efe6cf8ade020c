package dev.windlass.cli.operator;

import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.function.Consumer;

/** Passes each request on to a reconciler, through a door, and tells what came of it. */
final class WatchedReconciler<T extends HasMetadata> implements Reconciler<T> {
    private final Reconciler<T> reconciler;
    private final Operator.Door door;
    private final Consumer<Reconciliation> listener;

    WatchedReconciler(Reconciler<T> reconciler, Operator.Door door, Consumer<Reconciliation> listener) {
        this.reconciler = reconciler;
        this.door = door;
        this.listener = listener;
    }

    @Override
    public Result reconcile(Request<T> request, ReconcileContext context) throws Exception {
        door.pass(request.cluster());
        long begin = System.nanoTime();
        try {
            Result result = reconciler.reconcile(request, context);
            listener.accept(new Reconciliation(context.controller(), request, since(begin), null));
            return result;
        } catch (Exception e) {
            listener.accept(new Reconciliation(context.controller(), request, since(begin), e));
            throw e;
        }
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
