package dev.windlass.modules.internal.proof;

import dev.windlass.lifecycle.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is known of a class loader's end becomes more by itself. */
@Timeout(120)
class UnloadWatchTest {

    private static final Duration HANG = Duration.ofSeconds(60);

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final UnloadWatch watch = new UnloadWatch(TimeSource.system(),
            proof -> told.add(proof.name() + " " + proof.state()));
    private final AtomicReference<@Nullable Object> kept = new AtomicReference<>();

    @AfterEach
    void end() {
        watch.close();
    }

    private UnloadProof watchNew(String name, boolean keep) throws Exception {
        LoaderOfLeaks loader = new LoaderOfLeaks(name);
        loader.run("nothing");
        if (keep) {
            kept.set(loader);
        }
        return watch.watch(name, 3, loader);
    }

    private void collectUntil(UnloadProof proof, UnloadProof.State state) {
        Awaitility.await().atMost(HANG).until(() -> {
            System.gc();
            return proof.state() == state;
        });
    }

    @Test
    void oneThatHasGoneIsProved() throws Exception {
        UnloadProof proof = watchNew("shop", false);
        assertThat(proof.generation()).isEqualTo(3);
        collectUntil(proof, UnloadProof.State.PROVED);
        assertThat(proof).hasToString("shop (load 3): PROVED");
        assertThat(proof.leak()).isEmpty();
        Awaitility.await().atMost(HANG).until(() -> told.equals(List.of("shop PROVED")) && watch.open().isEmpty());
    }

    @Test
    void oneThatStaysIsPendingThenLeakedAndProvedWhenItGoesAfterAll() throws Exception {
        UnloadProof proof = watchNew("shop", true);
        assertThat(proof.state()).isEqualTo(UnloadProof.State.PENDING);
        assertThat(watch.open()).extracting(UnloadProof::state).containsExactly(UnloadProof.State.PENDING);
        collectUntil(proof, UnloadProof.State.LEAKED);
        assertThat(proof.fullCollections()).isEqualTo(UnloadWatch.COLLECTIONS);
        assertThat(watch.open()).extracting(UnloadProof::state).containsExactly(UnloadProof.State.LEAKED);
        kept.set(null);
        collectUntil(proof, UnloadProof.State.PROVED);
        Awaitility.await().atMost(HANG).until(() -> told.equals(List.of("shop LEAKED", "shop PROVED")));
    }

    /** Looked at where they are counted: the first is told to have leaked after all that one collection counts for are. */
    @Test
    void collectionsThatBeganBeforeDoNotCount() throws Exception {
        AtomicReference<@Nullable UnloadProof> second = new AtomicReference<>();
        AtomicInteger ofSecond = new AtomicInteger(-1);
        LoaderOfLeaks[] loaders = {new LoaderOfLeaks("first"), new LoaderOfLeaks("second")};
        try (UnloadWatch counting = new UnloadWatch(TimeSource.system(), proof -> {
            if (proof.name().equals("first")) {
                ofSecond.set(Objects.requireNonNull(second.get()).fullCollections());
            }
        })) {
            UnloadProof first = counting.watch("first", 1, loaders[0]);
            second.set(counting.watch("second", 1, loaders[1])); // the collection that counts for the first may have begun
            collectUntil(first, UnloadProof.State.LEAKED);
            Awaitility.await().atMost(HANG).until(() -> ofSecond.get() >= 0);
            assertThat(ofSecond.get()).isLessThan(UnloadWatch.COLLECTIONS);
            collectUntil(Objects.requireNonNull(second.get()), UnloadProof.State.LEAKED);
        }
        assertThat(loaders).doesNotContainNull();
    }

    @Test
    void aProverFindsOutAtOnceAndTheFieldIsNamed() throws Exception {
        UnloadProof proof = watchNew("shop", true);
        UnloadProof gone = watchNew("gone", false);
        UnloadProver.prove(List.of(proof, gone));
        assertThat(gone.state()).isEqualTo(UnloadProof.State.PROVED);
        assertThat(proof.state()).isEqualTo(UnloadProof.State.LEAKED);
        Leak leak = proof.leak().orElseThrow();
        assertThat(leak.cause()).isEqualTo(LeakCause.HOST_OBJECT);
        assertThat(leak.chain()).anyMatch(line -> line.startsWith("kept → "));
    }

    @Test
    void aListenerThatFailsDoesNotEndTheWatch() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (UnloadWatch fragile = new UnloadWatch(TimeSource.system(), proof -> {
            heard.add(proof.name());
            throw new IllegalStateException("on purpose");
        })) {
            for (String name : List.of("one", "two")) {
                UnloadProof proof = fragile.watch(name, 1, new LoaderOfLeaks(name));
                collectUntil(proof, UnloadProof.State.PROVED);
                Awaitility.await().atMost(HANG).until(() -> heard.contains(name));
            }
        }
    }

    @Test
    void itsThreadKeepsNoClassLoaderOfWhoeverBeganToWatch() throws Exception {
        collectUntil(watchFromWithin(), UnloadProof.State.PROVED);
    }

    private UnloadProof watchFromWithin() throws InterruptedException {
        LoaderOfLeaks loader = new LoaderOfLeaks("maker");
        AtomicReference<UnloadProof> proof = new AtomicReference<>();
        Thread maker = Thread.ofPlatform().start(() -> {
            Thread.currentThread().setContextClassLoader(loader);
            proof.set(watch.watch("maker", 1, loader));
        });
        maker.join();
        return Objects.requireNonNull(proof.get());
    }

    @Test
    void afterItsEndItRefuses() {
        watch.close();
        assertThatThrownBy(() -> watch.watch("shop", 1, new LoaderOfLeaks("shop")))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("shop");
    }
}
