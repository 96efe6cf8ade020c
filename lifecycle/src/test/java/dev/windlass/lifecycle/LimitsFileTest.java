package dev.windlass.lifecycle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class LimitsFileTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Manager manager = Manager.create();
    private final Quotas quotas = Quotas.of(manager);

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private Path file() {
        return folder.resolve("limits");
    }

    private void write(String text) throws Exception {
        Path next = folder.resolve("next");
        Files.writeString(next, text);
        Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void limits(String scope, String text) {
        Trial.until(() -> quotas.limits(scope).equals(Limits.parse(text)));
    }

    private static void degraded(RunnableHandle unit, String... words) {
        Trial.until(() -> unit.state() == UnitState.DEGRADED && unit.status().message().contains(words[0]));
        assertThat(unit.status().message()).contains(words);
    }

    @Test
    void limitsFollowTheFileAndAMistakeChangesNothing() throws Exception {
        write("# how much\nwatches=40 concurrency=16\ncached-bytes=64Mi # at most\n");
        RunnableHandle unit = manager.add(LimitsFile.at(file()));
        unit.ready().await(Trial.HANG);
        limits("", "watches=40, concurrency=16, cached-bytes=64Mi");
        write("watches=20\nconcurency=8\n");
        degraded(unit, "line 2: unknown dimension \"concurency\": did you mean concurrency?", "limits stay as they are",
                file().toString());
        limits("", "watches=40, concurrency=16, cached-bytes=64Mi");
        Files.delete(file());
        degraded(unit, "does not exist");
        limits("", "watches=40, concurrency=16, cached-bytes=64Mi");
        write("watches=20\nconcurrency=8\n");
        Trial.until(unit, UnitState.READY);
        limits("", "watches=20, concurrency=8");
        quotas.set(Limits.of(WATCHES, 7)).await(Trial.HANG); // holds until the file changes
        write("");
        limits("", "none");
    }

    @Test
    void limitsOfAUnitWaitForItAndGoWithTheirLine() throws Exception {
        write("cluster/north: watches=10\n");
        RunnableHandle unit = manager.add(LimitsFile.at(file()));
        degraded(unit, "there is no unit \"cluster/north\"");
        manager.add("cluster/north", RunnableContext::awaitStop);
        limits("cluster/north", "watches=10");
        Trial.until(unit, UnitState.READY);
        write("cluster//north: watches=10\n");
        degraded(unit, "line 1: ");
        write("watches=99\n");
        limits("cluster/north", "none");
        limits("", "watches=99");
    }

    @Test
    void whatIsRefusedIsSaid() throws Exception {
        manager.add(
                Task.of(RunnableSpec.builder("heart").priority(PriorityClass.SYSTEM).cost(Cost.of(WATCHES, 4)).build(),
                        RunnableContext::awaitStop))
                .ready().await(Trial.HANG);
        write("watches=3\n");
        RunnableHandle unit = manager.add(LimitsFile.at(file()));
        degraded(unit, "below the 4 that units of class SYSTEM need");
        limits("", "none");
        write("watches=4\n");
        limits("", "watches=4");
        Trial.until(unit, UnitState.READY);
    }

    @Test
    void aMistakenNameIsForgottenWithItsLine() throws Exception {
        VirtualTime time = new VirtualTime();
        try (Manager other = Manager.builder().time(time).build()) {
            other.start();
            write("nroth: watches=10\n");
            RunnableHandle unit = other.add(LimitsFile.at(file()));
            Trial.until(() -> {
                time.advance(Duration.ofSeconds(1));
                return unit.status().message().contains("there is no unit \"nroth\"");
            });
            write("watches=10\n");
            Trial.until(() -> {
                time.advance(Duration.ofSeconds(1));
                return Quotas.of(other).limits().equals(Limits.of(WATCHES, 10));
            });
            for (int looks = 0; looks < 50; looks++) {
                time.advance(Duration.ofSeconds(1));
            }
            Trial.until(unit, UnitState.READY);
        }
    }

    @Test
    void limitsHoldForAUnitThatHasBeenRemovedAndAddedAgain() throws Exception {
        write("north: watches=10\n");
        RunnableHandle first = manager.add("north", RunnableContext::awaitStop);
        manager.add(LimitsFile.at(file()));
        limits("north", "watches=10");
        first.remove().await(Trial.HANG);
        manager.add("north", RunnableContext::awaitStop);
        limits("north", "watches=10");
    }

    @Test
    void whatIsWrittenWhileItIsReadIsNotTakenForTheWhole() throws Exception {
        VirtualTime time = new VirtualTime();
        try (Manager other = Manager.builder().time(time).build()) {
            Files.writeString(file(), "watches=50\n");
            other.start();
            other.add(LimitsFile.at(file())).ready().await(Trial.HANG);
            time.awaitParked(1);
            Files.writeString(file(), "watches=4");
            time.advance(Duration.ofSeconds(1));
            Files.writeString(file(), "watches=40\n");
            assertThat(Quotas.of(other).limits()).isEqualTo(Limits.of(WATCHES, 50));
            time.advance(Duration.ofSeconds(2));
            Trial.until(() -> Quotas.of(other).limits().equals(Limits.of(WATCHES, 40)));
        }
    }

    @Test
    void limitsThatAreKeptAtLastAreNoTroubleAnyMore() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        VirtualTime time = new VirtualTime();
        try (Manager other = Manager.builder().time(time).build()) {
            other.start();
            other.add(Task.of(RunnableSpec.builder("hung").cost(Cost.of(WATCHES, 4)).build(), hung));
            Trial.await(hung.entered);
            write("watches=3\n");
            RunnableHandle unit = other.add(LimitsFile.at(file()));
            unit.ready().await(Trial.HANG);
            for (int passed = 0; passed < 100 && unit.state() != UnitState.DEGRADED; passed++) {
                time.advance(Duration.ofSeconds(1));
            }
            degraded(unit, "use is still watches 4 of 3; held by hung");
            hung.letGo.countDown();
            Trial.until(() -> {
                time.advance(Duration.ofSeconds(1));
                return unit.state() == UnitState.READY;
            });
        } finally {
            hung.letGo.countDown();
        }
    }
}
