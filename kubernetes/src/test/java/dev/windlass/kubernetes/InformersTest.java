package dev.windlass.kubernetes;

import dev.windlass.apiserver.FaultRule;
import dev.windlass.kubernetes.FaultyWire.Mode;
import dev.windlass.kubernetes.InformerStatus.State;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class InformersTest extends OnEmbeddedServer {

    private static final ResourceDefinitionContext CONFIG_MAPS = new ResourceDefinitionContext.Builder()
            .withVersion("v1")
            .withKind("ConfigMap").withPlural("configmaps").withNamespaced(true).build();
    private static final ResourceDefinitionContext GADGETS = new ResourceDefinitionContext.Builder()
            .withGroup("example.com")
            .withVersion("v1").withKind("Gadget").withPlural("gadgets").withNamespaced(true).build();

    @Test
    void changesArriveInOrderAndReadersSeeThem() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        Client client = north.client(owner);
        client.create(configMap("a", "1"));
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class).inNamespace("default"));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        client.update(configMap("a", "2"));
        eventually().until(() -> journal.told.contains("~a=2"));
        client.delete(ConfigMap.class, ObjectKey.of("default", "a"));
        eventually().until(() -> journal.told.contains("-a"));
        assertThat(journal.told).containsExactly("+a", "~a=2", "-a");
        assertThat(lease.reader().get(ObjectKey.of("default", "a"))).isEmpty();
        assertThat(lease.status().state()).isEqualTo(State.WATCHING);
    }

    @Test
    void oneWatchServesAllUsersOfTheSameObjectsInWhateverClass() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ZERO));
        RunnableContext one = owner(north, "one");
        RunnableContext two = owner(north, "two");
        north.client(one).create(configMap("a", "1".repeat(1000)));
        var typed = north.informers().acquire(one, WatchSpec.of(ConfigMap.class));
        var generic = north.informers().acquire(two, WatchSpec.generic(CONFIG_MAPS));
        var metadata = north.informers().acquire(two, WatchSpec.metadataOnly(ConfigMap.class));
        eventually().until(() -> typed.status().synced() && metadata.status().synced());
        eventually()
                .until(() -> typed.status().state() == State.WATCHING && metadata.status().state() == State.WATCHING);
        assertThat(north.informers().status()).hasSize(2);
        GenericKubernetesResource object = generic.reader().get(ObjectKey.of("default", "a")).orElseThrow();
        assertThat(object.getKind()).isEqualTo("ConfigMap");
        assertThat(object.<String>get("data", "v")).hasSize(1000);
        PartialObjectMetadata head = metadata.reader().get(ObjectKey.of("default", "a")).orElseThrow();
        assertThat(head.getMetadata().getName()).isEqualTo("a");
        assertThat(metadata.status().bytes()).isLessThan(typed.status().bytes());

        assertThat(one.handle().stop().await(HANG).clean()).isTrue();
        assertThat(generic.status().users()).isEqualTo(1);
        assertThat(generic.reader().size()).isEqualTo(1);
        assertThat(two.handle().stop().await(HANG).clean()).isTrue();
        eventually().until(() -> north.informers().status().isEmpty());
        // The watches had a connection each; what is left is the pool's, for requests.
        eventually().until(() -> wire().connections() <= 2);
    }

    @Test
    void anInformerLingersSoThatAReturnDoesNotListAgain() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ofMinutes(1)));
        RunnableContext owner = owner(north, "user");
        var first = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> first.status().synced());
        first.close();
        assertThat(north.informers().status()).singleElement().satisfies(status -> assertThat(status.users()).isZero());
        var second = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(second.status().lists()).isEqualTo(1);
        assertThat(second.status().synced()).isTrue();
    }

    @Test
    void aDroppedWatchIsResumedWhereItWas() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        Client client = north.client(owner);
        for (int i = 0; i < 5; i++) {
            eventually().until(() -> lease.status().state() == State.WATCHING);
            wire().cut();
            create(client, "c" + i);
            String expected = "+c" + i;
            eventually().until(() -> journal.told.contains(expected));
        }
        assertThat(journal.told).containsExactly("+c0", "+c1", "+c2", "+c3", "+c4");
        assertThat(lease.status().lists()).isEqualTo(1);
    }

    /** Until it is there: its own connection may have been cut. */
    private static void create(Client client, String name) {
        eventually().ignoreExceptionsMatching(e -> e instanceof ApiException failure && failure.code() == 0)
                .until(() -> {
                    try {
                        client.create(configMap(name, "1"));
                    } catch (ApiException e) {
                        if (!e.isAlreadyExists()) {
                            throw e;
                        }
                    }
                    return true;
                });
    }

    @Test
    void aForgottenVersionLeadsToANewListAndMissedDeletionsAreTold() throws Exception {
        ClusterConnection north = connect(cluster("north").probe(Duration.ofMillis(50), Duration.ofMillis(200), 2));
        RunnableContext owner = owner(north, "user");
        Client direct = direct();
        direct.create(configMap("stays", "1"));
        direct.create(configMap("goes", "1"));
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        wire().mode(Mode.REFUSE);
        wire().cut();
        eventually().until(() -> lease.status().state() != State.WATCHING);
        direct.delete(ConfigMap.class, ObjectKey.of("default", "goes"));
        direct.update(configMap("stays", "2"));
        direct.create(configMap("comes", "1"));
        server().compact();
        wire().mode(Mode.PASS);
        eventually().until(() -> journal.told.containsAll(List.of("-goes", "~stays=2", "+comes")));
        assertThat(lease.status().lists()).isGreaterThan(1);
        eventually().until(() -> lease.status().state() == State.WATCHING);
    }

    private Client direct() throws Exception {
        ClusterConnection connection = connect(Cluster.builder("direct").kubeconfig(server().kubeconfig()));
        return connection.client(owner(connection, "user"));
    }

    @Test
    void aWatchThatFallsSilentIsTakenForDead() throws Exception {
        // The probes do not notice: only the watch's own connection is silent, since the server sends no bookmark for a minute.
        ClusterConnection north = connect(cluster("north").watches(Duration.ofMinutes(5), Duration.ofMillis(300)));
        RunnableContext owner = owner(north, "user");
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> lease.status().synced());
        long lists = lease.status().lists(); // the answer to one may fall silent too, while the machine is busy
        long watches = lease.status().watches();
        eventually().until(() -> lease.status().watches() > watches + 2);
        assertThat(lease.status().lists()).isEqualTo(lists);
    }

    @Test
    void aKindThatIsNotInstalledDegradesItsInformerOnlyAndRecoversWhenItComes() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        var gadgets = north.informers().acquire(owner, WatchSpec.generic(GADGETS));
        var maps = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> gadgets.status().state() == State.DEGRADED);
        assertThat(gadgets.status().message()).contains("gadgets.example.com", "north", "not installed");
        eventually().until(() -> maps.status().synced());
        Client client = north.client(owner);
        install(client);
        eventually().until(() -> gadgets.status().synced());
        create(client, "g");
        gadget(client, "one");
        eventually().until(() -> gadgets.reader().size() == 1);
        client.fabric8().apiextensions().v1().customResourceDefinitions().withName("gadgets.example.com").delete();
        eventually().until(() -> gadgets.status().state() == State.DEGRADED);
        install(client);
        gadget(client, "two");
        eventually().until(() -> gadgets.reader().keys().equals(List.of(ObjectKey.of("default", "two"))));
        assertThat(manager().find("cluster/north").orElseThrow().state()).isEqualTo(UnitState.READY);
    }

    private static void install(Client client) {
        eventually().ignoreExceptions().until(() -> {
            client.fabric8()
                    .load(new java.io.ByteArrayInputStream(
                            """
                                    apiVersion: apiextensions.k8s.io/v1
                                    kind: CustomResourceDefinition
                                    metadata: {name: gadgets.example.com}
                                    spec:
                                      group: example.com
                                      scope: Namespaced
                                      names: {plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList}
                                      versions:
                                      - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
                                    """
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .create();
            return true;
        });
    }

    private static void gadget(Client client, String name) {
        eventually().ignoreExceptions().until(() -> {
            client.fabric8().genericKubernetesResources(GADGETS).inNamespace("default").resource(
                    new io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder()
                            .withApiVersion("example.com/v1")
                            .withKind("Gadget").withNewMetadata().withName(name).withNamespace("default").endMetadata()
                            .build())
                    .create();
            return true;
        });
    }

    @Test
    void theSuccessorOfAStoppedUserLearnsWhatHappenedBehindItsBack() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ZERO));
        RunnableContext first = owner(north, "first");
        Client direct = direct();
        for (String name : List.of("same", "changes", "goes")) {
            direct.create(configMap(name, "1"));
        }
        var lease = north.informers().acquire(first, WatchSpec.of(ConfigMap.class));
        HandlerRegistration registration = lease.addHandler(new Journal());
        assertThat(registration.awaitSynced(HANG)).isTrue();
        KnownObjects known = registration.detach();
        lease.close();
        direct.update(configMap("changes", "2"));
        direct.delete(ConfigMap.class, ObjectKey.of("default", "goes"));
        Journal journal = new Journal();
        RunnableContext second = owner(north, "second");
        var again = north.informers().acquire(second, WatchSpec.of(ConfigMap.class));
        assertThat(again.addHandler(journal, known).awaitSynced(HANG)).isTrue();
        assertThat(journal.told).containsExactlyInAnyOrder("+same", "+changes", "?goes");
    }

    @Test
    void aStatusListenerThatThrowsHarmsNobodyElse() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> lease.status().state() == State.WATCHING);
        AtomicInteger thrown = new AtomicInteger();
        AtomicInteger heard = new AtomicInteger();
        RunnableContext guest = owner(north, "guest");
        north.informers().acquire(guest, WatchSpec.of(ConfigMap.class)).onStatusChange(() -> {
            thrown.incrementAndGet();
            throw new AssertionError("a listener of a guest");
        });
        lease.onStatusChange(heard::incrementAndGet);
        server().faults().add(FaultRule.on("watch", "configmaps").answering(500).times(1));
        server().faults().dropWatches();
        eventually().until(() -> thrown.get() > 0 && lease.status().state() == State.WATCHING);
        create(north.client(owner), "later");
        eventually().until(() -> lease.reader().contains(ObjectKey.of("default", "later")));
        assertThat(heard).hasValueGreaterThan(1);
        assertThat(manager().find(north.informers().unit()).orElseThrow().state()).isEqualTo(UnitState.READY);
    }

    @Test
    void anIndexFunctionThatThrowsAnErrorHarmsNobodyElse() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        Journal journal = new Journal();
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        var guests = north.informers().acquire(owner(north, "guest"), WatchSpec.of(ConfigMap.class));
        guests.addIndex("v", object -> {
            if (object.getMetadata().getName().equals("bad")) {
                throw new NoClassDefFoundError("x/Y");
            }
            return List.of("k");
        });
        Client client = north.client(owner);
        client.create(configMap("bad", "1"));
        client.create(configMap("good", "1"));
        eventually().untilAsserted(() -> assertThat(journal.told).containsExactly("+bad", "+good"));
        assertThat(lease.status().state()).isEqualTo(State.WATCHING);
        assertThat(guests.reader().byIndex("v", "k")).singleElement()
                .satisfies(found -> assertThat(found.getMetadata().getName()).isEqualTo("good"));
    }

    @Test
    void theInformersOfAClusterThatGoesOnCanBeStoppedAndStartedAgain() throws Exception {
        ClusterConnection north = connect(cluster("north"));
        RunnableHandle informers = manager().find(north.informers().unit()).orElseThrow();
        RunnableContext before = owner(north, "before");
        var ended = north.informers().acquire(before, WatchSpec.of(ConfigMap.class));
        assertThat(informers.stop(informers.spec().stop().withCascade()).await(HANG).clean()).isTrue();
        assertThatThrownBy(() -> ended.reader().size()).isInstanceOf(RevokedException.class);
        informers.start().await(HANG);
        RunnableContext after = owner(north, "after");
        Journal journal = new Journal();
        var lease = north.informers().acquire(after, WatchSpec.of(ConfigMap.class));
        assertThat(lease.addHandler(journal).awaitSynced(HANG)).isTrue();
        north.client(after).create(configMap("a", "1"));
        eventually().untilAsserted(() -> assertThat(journal.told).containsExactly("+a"));
        assertThat(informers.state()).isEqualTo(UnitState.READY);
        assertThat(informers.generation()).isEqualTo(2);
    }
}
