package dev.windlass.hot;

import dev.windlass.controller.Controller;
import dev.windlass.controller.Predicate;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Makes the controller of widgets, given who does the work: each gets a ConfigMap, and its status says so. */
public final class Widgets implements Function<String, Controller<?>>, Reconciler<Widget> {

    /** Thrown for each widget once. */
    private static final class NotYet extends RuntimeException {

        NotYet(Widget widget) {
            super(widget.getMetadata().getName() + " is not done yet");
        }
    }

    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private String by = "";

    @Override
    public Controller<?> apply(String worker) {
        by = worker;
        return Controller.builder(Widget.class).filter(Predicate.of(widget -> widget.getSpec() != null))
                .owns(ConfigMap.class)
                .watches(Widget.class, (widget, context) -> List.of(ObjectKey.of(widget))).workers(4).reconciler(this)
                .build();
    }

    @Override
    public Result reconcile(Request<Widget> request, ReconcileContext context) {
        Optional<Widget> found = context.cache().get(request);
        if (found.isEmpty()) {
            return Result.done();
        }
        Widget widget = found.get();
        if (seen.add(widget.getMetadata().getName())) {
            throw new NotYet(widget);
        }
        String namespace = widget.getMetadata().getNamespace();
        ConfigMap wanted = new ConfigMapBuilder().withNewMetadata().withName("of-" + widget.getMetadata().getName())
                .withNamespace(namespace).endMetadata().addToData("size", Integer.toString(widget.getSpec().size()))
                .addToData("by", by).build();
        context.client().apply(wanted, FieldOwner.of("widgets"));
        WidgetStatus done = new WidgetStatus(widget.getSpec().size(), by);
        WidgetStatus before = widget.getStatus();
        // Not equals: of a record it is softly referred to by the JDK, until the next record is compared.
        if (before == null || before.size() != done.size() || !before.by().equals(by)) {
            Widget fresh = context.client().get(Widget.class, ObjectKey.of(widget)).orElseThrow();
            fresh.setStatus(done);
            context.client().status().update(fresh);
        }
        return Result.done();
    }
}
