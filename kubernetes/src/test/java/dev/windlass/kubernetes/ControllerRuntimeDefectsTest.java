package dev.windlass.kubernetes;

import dev.windlass.apiserver.Fault;
import dev.windlass.apiserver.FaultRule;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Defects of the cache of controller-runtime, each with what was broken here to see its test fail. */
@Timeout(120)
class ControllerRuntimeDefectsTest extends OnEmbeddedServer {

    /**
     * controller-runtime: to remove an informer takes it from everybody: handlers and indexes are lost in silence, and waiters hang.
     * Seen red: an informer that ended with the first of its users.
     */
    @Test
    void toRemoveAnInformerTakesItFromEverybody() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ZERO));
        Client client = north.client(owner(north, "writer"));
        client.create(configMap("a", "1"));
        var one = north.informers().acquire(owner(north, "one"), WatchSpec.of(ConfigMap.class));
        var two = north.informers().acquire(owner(north, "two"), WatchSpec.of(ConfigMap.class));
        Journal journal = new Journal();
        var first = one.addHandler(new Journal());
        assertThat(two.addHandler(journal).awaitSynced(HANG)).isTrue();
        assertThat(first.awaitSynced(HANG)).isTrue();
        two.addIndex("value", map -> List.of(map.getData().get("v")));
        Reader<ConfigMap> revoked = one.reader();
        one.close();
        assertThatThrownBy(() -> revoked.get(ObjectKey.of("default", "a"))).isInstanceOf(RevokedException.class);
        assertThat(two.status().users()).isEqualTo(1);
        assertThat(two.status().handlers()).isEqualTo(1);
        client.update(configMap("a", "2"));
        eventually().until(() -> journal.told.contains("~a=2"));
        assertThat(two.reader().byIndex("value", "2")).hasSize(1);
        assertThat(two.status().lists()).isEqualTo(1);
    }

    /** controller-runtime: who waits for the sync of an informer that is removed waits for ever. Seen red: an end that told no waiter. */
    @Test
    void whoWaitsForTheSyncOfARemovedInformerHangs() throws Exception {
        server().faults().add(FaultRule.on("*", "configmaps").delaying(Duration.ofMinutes(5)));
        ClusterConnection north = connect(cluster("north").probe(Duration.ofMinutes(1), Duration.ofSeconds(30), 3));
        RunnableContext owner = owner(north, "user");
        var lease = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        var registration = lease.addHandler(new Journal());
        CompletableFuture<Boolean> synced = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                synced.complete(registration.awaitSynced(Duration.ofHours(1)));
            } catch (InterruptedException | RuntimeException e) {
                synced.completeExceptionally(e);
            }
        });
        lease.close();
        assertThat(synced.handle((value, error) -> error == null ? value : Boolean.FALSE).get(HANG.toSeconds(),
                TimeUnit.SECONDS)).isFalse();
    }

    /**
     * controller-runtime: an informer that is asked for after the cache has stopped is made, dead, and who asked waits. Seen red: a
     * registry that took users after its end.
     */
    @Test
    void anInformerThatIsAskedForAfterTheStopIsDead() throws Exception {
        ClusterHandle handle = manager().add(cluster("north").build());
        ClusterConnection north = connect(handle);
        CompletableFuture<RunnableContext> outside = new CompletableFuture<>();
        manager().add("outside", context -> {
            outside.complete(context);
            context.awaitStop();
        });
        RunnableContext owner = outside.get(HANG.toSeconds(), TimeUnit.SECONDS);
        handle.stop().await(HANG);
        assertThatThrownBy(() -> north.informers().acquire(owner, WatchSpec.of(ConfigMap.class)))
                .isInstanceOf(RevokedException.class).hasMessageContaining("north");
        assertThat(north.informers().status()).isEmpty();
        awaitNothingOpen();
    }

    /**
     * Crossplane: the first sync of any kind holds the lock of the cache, and blocks all reads. Seen red: one list at a time, which
     * the second kind waited for.
     */
    @Test
    void theFirstSyncOfOneKindBlocksAllReads() throws Exception {
        Fault slow = server().faults().add(FaultRule.on("*", "secrets").delaying(Duration.ofMinutes(5)));
        ClusterConnection north = connect(cluster("north"));
        RunnableContext owner = owner(north, "user");
        north.client(owner).create(configMap("a", "1"));
        var secrets = north.informers().acquire(owner, WatchSpec.of(Secret.class));
        eventually().until(() -> slow.hits() == 1);
        var maps = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> maps.reader().size() == 1);
        assertThat(secrets.status().state()).as("is not given up").isEqualTo(InformerStatus.State.LISTING);
        assertThat(secrets.status().lists()).isEqualTo(1);
        assertThat(secrets.status().synced()).isFalse();
    }

    /**
     * Crossplane 5400: the collector of unused watches takes one that is in use, after a minute. Seen red: an informer that counted
     * no users.
     */
    @Test
    void aWatchInUseIsCollectedAsUnused() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ofMillis(1)));
        RunnableContext owner = owner(north, "user");
        var stays = north.informers().acquire(owner, WatchSpec.of(ConfigMap.class));
        eventually().until(() -> stays.status().synced());
        for (int i = 0; i < 50; i++) {
            north.informers().acquire(owner, WatchSpec.of(ConfigMap.class)).close();
            var passing = north.informers().acquire(owner, WatchSpec.of(Secret.class));
            passing.close(); // its linger is over when it has gone
        }
        eventually().until(() -> north.informers().status().size() == 1);
        assertThat(stays.status().users()).isEqualTo(1);
        assertThat(stays.status().lists()).isEqualTo(1);
        assertThat(stays.status().state()).isNotEqualTo(InformerStatus.State.STOPPED);
        north.client(owner).create(configMap("late", "1"));
        eventually().until(() -> stays.reader().size() == 1);
    }

    /**
     * Crossplane: an informer ends when its kind is deleted, never when the last of its watchers leaves. Seen red: an informer
     * that stayed without users.
     */
    @Test
    void anInformerOutlivesItsLastUser() throws Exception {
        ClusterConnection north = connect(cluster("north").linger(Duration.ZERO));
        var one = north.informers().acquire(owner(north, "one"), WatchSpec.of(ConfigMap.class));
        var two = north.informers().acquire(owner(north, "two"), WatchSpec.of(ConfigMap.class));
        eventually().until(() -> two.status().synced() && server().watches().size() == 1);
        one.close();
        assertThat(two.status().synced()).isTrue();
        two.close();
        assertThat(north.informers().status()).isEmpty();
        eventually().until(() -> server().watches().isEmpty());
    }
}
