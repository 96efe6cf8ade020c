package dev.windlass.modules;

import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.UnitState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A folder is watched: jars that come, change and go are modules that are loaded, reloaded and unloaded. */
@Timeout(120)
class ModuleDirectoryTest extends Loading {

    @TempDir
    private Path builds;
    private RunnableHandle watched() throws InterruptedException {
        RunnableHandle unit = manager.add(ModuleDirectory.at(folder).every(Duration.ofMillis(20))
                .reloadingWith(ReplaceOptions.defaults().withProbation(Duration.ofMillis(20))));
        unit.ready().await();
        return unit;
    }

    private Path built(String version) throws IOException {
        return Jars.module(builds, version, TICKER).build("billing-" + version + ".jar");
    }

    private Optional<ModuleHandle> billing() {
        return Modules.of(manager).find("billing");
    }

    private void loaded(String version) {
        Awaitility.await().atMost(HANG).until(() -> billing().filter(module -> module.version().equals(version)
                && module.state() == UnitState.READY).isPresent());
    }

    private void awaitProblem(RunnableHandle unit, String part) {
        Awaitility.await().atMost(HANG).until(() -> unit.details().get("problems"),
                problems -> problems != null && problems.contains(part));
    }

    @Test
    void aJarThatComesIsLoadedOneThatChangesIsReloadedOneThatGoesIsUnloaded() throws Exception {
        watched();
        Path file = folder.resolve("billing.jar");
        Files.copy(built("1"), file);
        loaded("1");
        Files.copy(built("2"), file, StandardCopyOption.REPLACE_EXISTING);
        loaded("2");
        Files.delete(file);
        Awaitility.await().atMost(HANG).until(() -> billing().isEmpty());
        assertThat(Modules.of(manager).unloads()).extracting(UnloadReport::version).containsExactly("1", "2");
    }

    @Test
    void theVersionThatWasPutThereLastIsLoadedAndStaysWhenTheOtherGoes() throws Exception {
        RunnableHandle unit = watched();
        Files.copy(built("1"), folder.resolve("billing-1.jar"));
        loaded("1");
        Files.copy(built("2"), folder.resolve("billing-2.jar"));
        loaded("2");
        Files.delete(folder.resolve("billing-1.jar"));
        Files.writeString(folder.resolve("after.jar"), "told of after some looks");
        awaitProblem(unit, "after.jar");
        Files.delete(folder.resolve("after.jar"));
        Awaitility.await().atMost(HANG).until(() -> unit.details().get("problems"), "none"::equals);
        loaded("2");
    }

    @Test
    void aHalfWrittenJarDoesNothingAndCountsWhenItIsWhole() throws Exception {
        RunnableHandle unit = watched();
        byte[] whole = Files.readAllBytes(built("1"));
        Path file = folder.resolve("billing.jar");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        awaitProblem(unit, "it is no whole jar");
        assertThat(manager.units()).containsExactly(unit);
        Files.write(file, whole);
        loaded("1");
        assertThat(unit.details()).containsEntry("problems", "none");
    }

    @Test
    void whatSomebodyElseHasLoadedIsLeftAlone() throws Exception {
        ModuleHandle other = manager.add(Module.fromJar(built("1")));
        other.ready().await();
        RunnableHandle unit = watched();
        Files.copy(built("2"), folder.resolve("billing.jar"));
        awaitProblem(unit, "the module billing is there already");
        assertThat(other.version()).isEqualTo("1");
        assertThat(other.generation()).isEqualTo(1);
    }

    @Test
    void modulesStayWhenTheWatchStopsAndAreKnownWhenItIsBack() throws Exception {
        RunnableHandle unit = watched();
        Path file = folder.resolve("billing.jar");
        Files.copy(built("1"), file);
        loaded("1");
        unit.stop().await();
        loaded("1");
        unit.start().await();
        Files.copy(built("2"), file, StandardCopyOption.REPLACE_EXISTING);
        loaded("2");
        assertThat(Modules.of(manager).all()).hasSize(1);
    }

    @Test
    void aFolderThatIsNotThereYetIsWaitedFor() throws Exception {
        RunnableHandle unit = manager.add(ModuleDirectory.at(folder.resolve("later")).every(Duration.ofMillis(20)));
        unit.ready().await();
        Files.createDirectory(folder.resolve("later"));
        Files.copy(built("1"), folder.resolve("later/billing.jar"));
        loaded("1");
        manager.add("bystander", RunnableContext::awaitStop).ready().await();
    }

    @Test
    void aJarThatFailsAtItsStartIsLoadedWhenItIsReplacedByARepairedOne() throws Exception {
        RunnableHandle unit = watched();
        Path file = folder.resolve("billing.jar");
        Files.copy(failing("1"), file);
        awaitProblem(unit, "no money");
        put(failing("2"), file);
        Awaitility.await().atMost(HANG).until(() -> billing().filter(module -> module.version().equals("2")
                && module.state() == UnitState.FAILED).isPresent());
        awaitProblem(unit, "no money");
        put(built("3"), file);
        loaded("3");
        assertThat(unit.details()).containsEntry("problems", "none");
    }

    @Test
    void aModuleThatIsAddedAgainSinceItsStartFailedKeepsItsSpecification() throws Exception {
        Path file = folder.resolve("billing.jar");
        Files.copy(failing("1"), file);
        manager.add(Module.fromJar(file).with(spec -> spec.label("team", "shop").priority(PriorityClass.BATCH)));
        Awaitility.await().atMost(HANG).until(
                () -> billing().filter(module -> module.state() == UnitState.FAILED).isPresent());
        watched();
        put(built("3"), file);
        loaded("3");
        assertThat(billing().orElseThrow().spec()).returns(Map.of("team", "shop"), RunnableSpec::labels)
                .returns(PriorityClass.BATCH, RunnableSpec::priority);
    }

    @Test
    void aModuleThatSomebodyHasStoppedStaysSoAndStartsByTheJarThatIsThereThen() throws Exception {
        watched();
        Path file = folder.resolve("billing.jar");
        Files.copy(built("1"), file);
        loaded("1");
        ModuleHandle stopped = billing().orElseThrow();
        stopped.stop().await(HANG);
        put(built("2"), file);
        Awaitility.await().atMost(HANG).until(() -> billing().map(ModuleHandle::version), Optional.of("2")::equals);
        assertThat(stopped.state()).isEqualTo(UnitState.STOPPED);
        stopped.start().await(HANG);
        loaded("2");
        assertThat(billing().orElseThrow().unload().await(HANG)).returns(2L, UnloadReport::load);
    }

    private Path failing(String version) throws IOException {
        return Jars.module(builds, version, "Task.of(RunnableSpec.builder(\"till\").signalsReadiness(true)"
                + ".restart(RestartPolicy.never()).build(), _ -> { throw new IllegalStateException(\"no money\"); })")
                .build("failing-" + version + ".jar");
    }

    private static void put(Path built, Path file) throws IOException {
        Path part = file.resolveSibling("billing.part");
        Files.copy(built, part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
