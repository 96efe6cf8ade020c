package dev.windlass.controller;

import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.Replacement;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.windlass.controller.World.LIMIT;
import static dev.windlass.controller.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A controller whose reconciler and custom resource are of a class loader of their own leaves nothing of that on its clusters. */
@Timeout(180)
class UnloadTest {

    private static final int WIDGETS = 50;
    private static final ResourceDefinitionContext KIND = new ResourceDefinitionContext.Builder()
            .withGroup("test.windlass.dev").withVersion("v1").withKind("Widget").withPlural("widgets")
            .withNamespaced(true).build();

    private final World world = new World("north", "south");
    /** Everything that the host was given. */
    private final List<Object> kept = new ArrayList<>();
    private final AtomicReference<@Nullable RunnableContext> module = new AtomicReference<>();

    @BeforeEach
    void connect() throws InterruptedException {
        for (String cluster : List.of("north", "south")) {
            world.client(cluster).resource(Serialization.unmarshal("""
                    apiVersion: apiextensions.k8s.io/v1
                    kind: CustomResourceDefinition
                    metadata: {name: widgets.test.windlass.dev}
                    spec:
                      group: test.windlass.dev
                      scope: Namespaced
                      names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
                      versions:
                      - name: v1
                        served: true
                        storage: true
                        subresources: {status: {}}
                        schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                    """, CustomResourceDefinition.class)).create();
            world.connect(cluster);
        }
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void create(String cluster, String prefix) {
        eventually(() -> world.client(cluster).genericKubernetesResources(KIND).inNamespace("default").list());
        for (String name : World.names(prefix, WIDGETS)) {
            world.client(cluster).resource(Serialization.unmarshal("""
                    apiVersion: test.windlass.dev/v1
                    kind: Widget
                    metadata: {name: %s, namespace: default}
                    spec: {size: 3}
                    """.formatted(name), GenericKubernetesResource.class)).create();
        }
    }

    private void awaitDone(String cluster, String by, int count) {
        eventually(() -> assertThat(world.client(cluster).genericKubernetesResources(KIND).inNamespace("default").list()
                .getItems()).hasSize(count).allSatisfy(
                        widget -> assertThat(widget.getAdditionalProperties()).containsEntry("status",
                                Map.of("size", 3, "by", by))));
    }

    private static Controller<?> load(AtomicReference<@Nullable WeakReference<HotCode>> loader, String by)
            throws ReflectiveOperationException {
        HotCode code = new HotCode();
        loader.set(new WeakReference<>(code));
        @SuppressWarnings("unchecked")
        Function<String, Controller<?>> made = code.make(Function.class, "Widgets");
        return made.apply(by);
    }

    private static void awaitCollected(AtomicReference<@Nullable WeakReference<HotCode>> loader, String what)
            throws Exception {
        HotCode.awaitCollected(Objects.requireNonNull(loader.get()), what);
    }

    /** As a module would: inside a unit that has said whose code it is. */
    private ControllerHandle<?> run(AtomicReference<@Nullable WeakReference<HotCode>> loader, String by)
            throws Exception {
        AtomicReference<@Nullable Controller<?>> once = new AtomicReference<>(load(loader, by));
        AtomicReference<@Nullable ControllerHandle<?>> added = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        world.manager.add("module", context -> {
            Controller<?> controller = Objects.requireNonNull(once.getAndSet(null));
            module.set(context);
            says(controller);
            added.set(context.add(controller));
            controller = null;
            done.countDown();
            context.awaitStop();
        });
        done.await();
        ControllerHandle<?> handle = Objects.requireNonNull(added.get());
        handle.ready().await(LIMIT);
        kept.add(handle);
        kept.addAll(handle.engagements());
        kept.add(handle.status());
        return handle;
    }

    /** Whose code is run inside the unit from now on. */
    private void says(Controller<?> controller) {
        Objects.requireNonNull(module.get()).contextClassLoader(controller.reconciler().getClass().getClassLoader());
    }

    private void remove() throws InterruptedException {
        kept.add(world.manager.find("module").orElseThrow().remove().await(LIMIT));
    }

    @Test
    void nothingOfARemovedControllerIsLeftOnItsClusters() throws Exception {
        create("north", "a");
        create("south", "b");
        for (String generation : List.of("first", "second")) {
            AtomicReference<@Nullable WeakReference<HotCode>> loader = new AtomicReference<>();
            ControllerHandle<?> handle = run(loader, generation);
            awaitDone("north", generation, WIDGETS);
            awaitDone("south", generation, WIDGETS);
            remove();
            awaitCollected(loader, "the code of the " + generation + " controller");
            assertThat(handle.engagements()).isEmpty();
            assertThatThrownBy(handle::controller).hasMessageContaining("has been removed");
        }
        assertThat(kept).filteredOn(RunnableHandle.class::isInstance).hasSize(6);
        assertThat(world.cluster("north").state()).isEqualTo(UnitState.READY);
    }

    @Test
    void theCodeOfAReplacedControllerGoesWhileTheNextOneWorks() throws Exception {
        create("north", "a");
        AtomicReference<@Nullable WeakReference<HotCode>> first = new AtomicReference<>();
        AtomicReference<@Nullable WeakReference<HotCode>> second = new AtomicReference<>();
        ControllerHandle<?> handle = run(first, "first");
        awaitDone("north", "first", WIDGETS);
        replace(handle, load(second, "second"));
        awaitDone("north", "second", WIDGETS);
        awaitCollected(first, "the code of the controller that was replaced");
        create("south", "b");
        awaitDone("south", "second", WIDGETS);
        remove();
        awaitCollected(second, "the code of the controller that replaced it");
    }

    @Test
    void watchesThatTheHostAddedStayWhenTheScopeReplacesTheControllerAndThoseOfTheCodeThatGoesDoNot() throws Exception {
        create("north", "a");
        AtomicReference<@Nullable WeakReference<HotCode>> first = new AtomicReference<>();
        AtomicReference<@Nullable WeakReference<HotCode>> second = new AtomicReference<>();
        ControllerHandle<?> handle = run(first, "first");
        AtomicInteger mapped = addWatches(handle, first);
        replaceInScope(handle, load(second, "second"), ReplaceMethod.WARM);
        awaitDone("north", "second", WIDGETS);
        awaitMapped(mapped, "after-a-warm-replace");
        awaitCollected(first, "the code of the controller that was replaced, and of a watch");
        addWatches(handle, second);
        handle.stop().await(LIMIT);
        AtomicReference<@Nullable WeakReference<HotCode>> third = new AtomicReference<>();
        replaceInScope(handle, load(third, "third"), ReplaceMethod.COLD);
        handle.start().await(LIMIT);
        awaitDone("north", "third", WIDGETS);
        awaitMapped(mapped, "after-a-cold-replace");
        awaitCollected(second, "the code of the controller that was replaced cold, and of a watch");
        remove();
    }

    /** One of the host's, which counts the secrets that it is told of, and one of hot code. */
    private static AtomicInteger addWatches(ControllerHandle<?> handle,
            AtomicReference<@Nullable WeakReference<HotCode>> loader) throws Exception {
        AtomicInteger mapped = new AtomicInteger();
        handle.watch(Secret.class, (secret, context) -> {
            mapped.incrementAndGet();
            return List.of();
        }).ready().await(LIMIT);
        HotCode code = Objects.requireNonNull(Objects.requireNonNull(loader.get()).get());
        @SuppressWarnings("unchecked")
        Mapper<Secret> hot = code.make(Mapper.class, "WidgetOfSecret");
        handle.watch(Secret.class, hot).ready().await(LIMIT);
        return mapped;
    }

    private void awaitMapped(AtomicInteger mapped, String secret) {
        int before = mapped.get();
        world.client("north").resource(new SecretBuilder().withNewMetadata().withName(secret).withNamespace("default")
                .endMetadata().build()).create();
        eventually(() -> assertThat(mapped.get()).isGreaterThan(before));
    }

    private void replaceInScope(ControllerHandle<?> handle, Controller<?> next, ReplaceMethod method)
            throws InterruptedException {
        says(next);
        Replacement replacement = Objects.requireNonNull(module.get()).replace(handle, next, ReplaceOptions.defaults());
        replacement.probation().await(LIMIT);
        replacement.settle(true, "");
        assertThat(replacement.over().await(LIMIT)).returns(ReplaceOutcome.REPLACED, ReplaceReport::outcome)
                .returns(method, ReplaceReport::method);
    }

    @SuppressWarnings("unchecked") // the class of the one that is replaced is another one of the same name
    private void replace(ControllerHandle<?> handle, Controller<?> next) throws InterruptedException {
        says(next);
        Operation<ReplaceReport> replace = ((ControllerHandle<HasMetadata>) handle)
                .replace((Controller<HasMetadata>) next, ReplaceOptions.defaults().withProbation(Duration.ZERO));
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report).returns(ReplaceOutcome.REPLACED, ReplaceReport::outcome).returns(ReplaceMethod.WARM,
                ReplaceReport::method);
        kept.add(report);
    }

    @Test
    void aClusterThatGoesBeforeTheControllerKeepsNothing() throws Exception {
        create("north", "a");
        AtomicReference<@Nullable WeakReference<HotCode>> loader = new AtomicReference<>();
        run(loader, "first");
        awaitDone("north", "first", WIDGETS);
        kept.add(world.cluster("south").remove().await(LIMIT));
        create("north", "b");
        awaitDone("north", "first", 2 * WIDGETS);
        remove();
        awaitCollected(loader, "the code of the controller");
    }
}
